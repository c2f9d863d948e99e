package subscriptions

import (
	"sync"
	"time"
)

// Zone is the one in which a chat's hours are meant; the zero value is the ministry's.
type Zone uint8

// cities are in zones other than the ministry's, where many who read its news live and
// work. Their numbers, from 1 on, are stored: they never change. At most 31 fit.
var cities = [...]string{
	"Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Almaty", "Europe/Istanbul",
	"Asia/Dubai", "Asia/Seoul", "Europe/Berlin", "America/New_York",
}

// Zones are all that there are, the ministry's first.
func Zones() []Zone {
	all := make([]Zone, len(cities)+1)
	for i := range all {
		all[i] = Zone(i)
	}
	return all
}

// In is the zone's location; the ministry's is given. One that the machine does not know, which
// has no database of zones, is the ministry's, too.
func (z Zone) In(ministry *time.Location) *time.Location {
	if z == 0 || int(z) > len(cities) {
		return ministry
	}
	if there := locations()[z-1]; there != nil {
		return there
	}
	return ministry
}

var locations = sync.OnceValue(func() (all [len(cities)]*time.Location) {
	for i, name := range cities {
		if there, err := time.LoadLocation(name); err == nil {
			all[i] = there
		}
	}
	return all
})
