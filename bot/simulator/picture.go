package simulator

import (
	"bytes"
	"image"
	_ "image/gif"  // read for its size alone
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"net/http"
	"strings"
)

// What an uploaded picture may be (sendPhoto in the Bot API's documentation).
const (
	maxPhoto = 10 << 20 // bytes
	maxSides = 10_000   // pixels, width and height together
	maxRatio = 20       // of the longer side to the shorter
)

// checkPicture refuses what Telegram makes no photo of. Kinds whose size can't be read here
// pass, if they are pictures.
func checkPicture(data []byte) *Refusal {
	switch {
	case len(data) == 0:
		return EmptyFile
	case len(data) > maxPhoto:
		return badf("file of size %d bytes is too big for a photo; the maximum size is %d bytes", len(data), maxPhoto)
	case !strings.HasPrefix(http.DetectContentType(data), "image/"):
		return ImageFailed
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	short, long := min(size.Width, size.Height), max(size.Width, size.Height)
	if short+long > maxSides || long > maxRatio*short {
		return WrongDimensions
	}
	return nil
}
