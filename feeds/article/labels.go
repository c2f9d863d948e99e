package article

import "regexp"

// minHeading is how many characters make a link's text a title.
const minHeading = 15

var (
	// label finds the words of a page's furniture that stand alone in a line.
	label = regexp.MustCompile(`(?i)^[«<←\s]*(?:артка|назад|back|башкы бет|главная|home|бөлүшүү|поделиться|share|басып чыгаруу|распечатать|печать|версия для печати|print|кененирээк|толук окуу|подробнее|читать (?:далее|полностью)|read more|окуу|views?|просмотр(?:ов|ы)?:? ?\d*|көрүүлөр:? ?\d*)[»>→:\s]*$`)
	// fileLabel finds the words on a link to a file that say nothing of what is in it.
	fileLabel = regexp.MustCompile(`(?i)^[\s\pP\pS]*(?:скачать|открыть|смотреть|просмотр(?:еть)?|загрузить|жүктөө|жүктөп алуу|ачуу|көрүү|download|open|view|файл|документ|document|file|pdf|docx?|xlsx?|rtf|zip)?[\s\pP\pS]*(?:файл|документ|document|file|pdf|docx?|xlsx?|rtf|zip)?[\s\pP\pS]*(?:\d+(?:[.,]\d+)?\s*(?:[кмkm]?[бb]|байт|bytes))?[\s\pP\pS]*$`)
)

// isLabel reports whether a text says nothing of what is behind its link.
func isLabel(text string) bool { return label.MatchString(text) || fileLabel.MatchString(text) }
