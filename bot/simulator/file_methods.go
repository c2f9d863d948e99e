package simulator

import (
	"context"
	"encoding/json"
	"strings"
)

func (s *Server) sendPhoto(_ context.Context, q *query) (any, *Refusal) {
	caption, refusal := formatCaption(q.params["caption"], q.params["parse_mode"], q.params["caption_entities"])
	if refusal != nil {
		return nil, refusal
	}
	m := Message{Text: caption.text, Entities: caption.entities}
	if m.FileID, m.Photo, refusal = s.photo(q, "photo", q.params["photo"]); refusal != nil {
		return nil, refusal
	}
	return s.sendOne(q, m)
}

// sendDocument takes an upload, or what was sent as a file before. Telegram fetches a few
// kinds of files by their address, too; the simulator refuses these.
func (s *Server) sendDocument(_ context.Context, q *query) (any, *Refusal) {
	caption, refusal := formatCaption(q.params["caption"], q.params["parse_mode"], q.params["caption_entities"])
	if refusal != nil {
		return nil, refusal
	}
	m := Message{Text: caption.text, Entities: caption.entities}
	if m.FileID, m.File, refusal = s.document(q, q.params["document"]); refusal != nil {
		return nil, refusal
	}
	return s.sendOne(q, m)
}

// inputMedia is the Bot API's InputMediaPhoto.
type inputMedia struct {
	Type            string          `json:"type"`
	Media           string          `json:"media"`
	Caption         string          `json:"caption"`
	ParseMode       string          `json:"parse_mode"`
	CaptionEntities json.RawMessage `json:"caption_entities"`
}

func (s *Server) media(q *query, in inputMedia) (m Message, refusal *Refusal) {
	if in.Type != "photo" {
		return m, badf("type %q is not one of the simulator's: photo", in.Type)
	}
	caption, refusal := formatCaption(in.Caption, in.ParseMode, string(in.CaptionEntities))
	if refusal != nil {
		return m, refusal
	}
	m.Text, m.Entities = caption.text, caption.entities
	m.FileID, m.Photo, refusal = s.photo(q, "", in.Media)
	return m, refusal
}

// uploaded is the file that a request brings for a field, or under the name that the field
// gives it.
func (q *query) uploaded(field, named string) (file upload, found bool) {
	if attached, is := strings.CutPrefix(named, "attach://"); is {
		field = attached
	}
	file, found = q.files[field]
	return file, found
}

// photo finds the picture that a request names or brings: an upload, the URL of one,
// or the id of one that was sent before. URLs are not fetched: a [Fault] plays the
// pictures that can't be had.
func (s *Server) photo(q *query, field, named string) (id, address string, refusal *Refusal) {
	if picture, found := q.uploaded(field, named); found {
		if refusal := checkPicture(picture.data); refusal != nil {
			return "", "", refusal
		}
		kept := s.files.keep("photos", picture)
		return kept.id, kept.address, nil
	}
	if named == "" || strings.HasPrefix(named, "attach://") {
		return "", "", NoPhoto
	}
	if known, found := s.files.byID(named); found && known.folder == "photos" {
		return named, known.address, nil
	}
	isURL := strings.HasPrefix(named, "http://") || strings.HasPrefix(named, "https://")
	if !isURL || checkedLink(named, "") == "" {
		return "", "", WrongFile
	}
	return s.files.byURL(named), named, nil
}

// document finds the file that a request brings, or names by its id.
func (s *Server) document(q *query, named string) (id string, file *File, refusal *Refusal) {
	if given, found := q.uploaded("document", named); found {
		if len(given.data) == 0 {
			return "", nil, EmptyFile
		}
		kept := s.files.keep("documents", given)
		return kept.id, kept.file(), nil
	}
	if named == "" || strings.HasPrefix(named, "attach://") {
		return "", nil, NoDocument
	}
	if known, found := s.files.byID(named); found && known.folder == "documents" {
		return named, known.file(), nil
	}
	return "", nil, WrongFile
}

// wireFile is the Bot API's File.
type wireFile struct {
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Size     int    `json:"file_size,omitempty"`
	Path     string `json:"file_path"`
}

// getFile gives a link to a file that was sent; see linkLife.
func (s *Server) getFile(_ context.Context, q *query) (any, *Refusal) {
	id := q.params["file_id"]
	known, found := s.files.byID(id)
	switch {
	case id == "":
		return nil, NoFileID
	case !found:
		return nil, InvalidFileID
	case known.size > maxDownload:
		return nil, FileTooBig
	}
	link, found := s.files.link(known)
	if !found {
		return nil, FileUnavailable
	}
	return wireFile{FileID: id, UniqueID: uniqueID(id), Size: known.size, Path: link}, nil
}
