package bot

import (
	"strconv"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// placeNames are the places by whose time somebody's hours can be meant, in the order of
// subscriptions.Zones.
var placeNames = [...]string{
	"line.place_home", "line.place_moscow", "line.place_yekaterinburg", "line.place_novosibirsk", "line.place_almaty",
	"line.place_istanbul", "line.place_dubai", "line.place_seoul", "line.place_berlin", "line.place_new_york",
}

// zoneScreen offers the places by whose time quiet hours and digests can come.
func (v view) zoneScreen() screen {
	var rows [][]telegram.Button
	for _, zone := range subscriptions.Zones() { // half a row has no room for a city and its time
		rows = append(rows, []telegram.Button{{
			Text: chosen(zone == v.preferences.Zone, v.placeOf(zone)),
			Data: render.Data(render.VerbSet, "zone", strconv.Itoa(int(zone))),
		}})
	}
	return v.toSet(screen{v.words.T("screen.zone", nil), append(rows, v.backTo("quiet"))})
}

// placeOf names a zone, with what the clocks show there now.
func (v view) placeOf(zone subscriptions.Zone) string {
	return v.words.T(placeNames[zone], nil) + " · " + v.now().In(zone.In(v.zone)).Format("15:04")
}

// zoneRow says by whose time the hours are meant.
func (v view) zoneRow() []telegram.Button {
	place := v.words.T(placeNames[v.preferences.Zone], nil)
	return []telegram.Button{{Text: v.words.T("button.zone", map[string]any{"Value": place}), Data: render.Data(render.VerbShow, "zone")}}
}

func (v view) setZone(value []string) func(*subscriptions.Preferences) {
	zone, ok := number(value, 0, len(placeNames)-1)
	if !ok {
		return nil
	}
	return v.reschedule(func(p *subscriptions.Preferences) { p.Zone = subscriptions.Zone(zone) })
}
