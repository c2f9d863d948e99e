package feeds

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	const text = "Юстиция министрлиги: Жаныларды кабыл алуу боюнча кенеш, борбор шаарда"
	encode := func(e interface{ String(string) (string, error) }, s string) string {
		out, err := e.String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	cp1251, koi8 := charmap.Windows1251.NewEncoder(), charmap.KOI8R.NewEncoder()
	le := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()
	be := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()
	doc := func(declaration string) string {
		return "<?xml version='1.0'" + declaration + "?><rss>" + text + "</rss>"
	}
	for name, test := range map[string]struct{ body, header, charset string }{
		"utf-8":                            {doc(""), "", "utf-8"},
		"with a byte-order mark":           {"\ufeff" + doc(""), "", "utf-8"},
		"utf-8 that says windows-1251":     {doc(" encoding='windows-1251'"), "text/xml; charset=windows-1251", "utf-8"},
		"windows-1251, declared":           {encode(cp1251, doc(" encoding='windows-1251'")), "", "windows-1251"},
		"windows-1251, in the header only": {encode(cp1251, doc("")), "text/xml; charset=Windows-1251", "windows-1251"},
		"windows-1251 that says utf-8":     {encode(cp1251, doc(" encoding='utf-8'")), "text/xml; charset=utf-8", "windows-1251"},
		"windows-1251, nowhere":            {encode(cp1251, doc("")), "", "windows-1251"},
		"koi8-r, declared":                 {encode(koi8, doc(" encoding=\"KOI8-R\"")), "", "koi8-r"},
		"koi8-r, in the header only":       {encode(koi8, doc("")), "text/xml; charset=koi8-r", "koi8-r"},
		"koi8-r, nowhere":                  {encode(koi8, doc("")), "", "koi8-r"},
		"koi8-r, and a charset unheard of": {encode(koi8, doc(" encoding='x-none'")), "text/xml; charset=none", "koi8-r"},
		"utf-16 with a mark":               {encode(le, "\ufeff"+doc(" encoding='utf-16'")), "", "utf-16le"},
		"utf-16 without one":               {encode(be, doc(" encoding='utf-8'")), "", "utf-16be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, charset, err := decode([]byte(test.body), test.header)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "charset", charset, test.charset)
			if !strings.Contains(string(got), text) {
				t.Errorf("got %q", got)
			}
		})
	}
	for _, empty := range []string{"", " \n"} {
		if _, _, err := decode([]byte(empty), ""); !errors.Is(err, errEmpty) {
			t.Errorf("%q: got %v, want errEmpty", empty, err)
		}
	}
	broken := strings.Replace(doc(""), "алуу", "ал\xffуу", 1)
	if got, charset, err := decode([]byte(broken), ""); err != nil || charset != "utf-8" || !strings.Contains(string(got), "ал\ufffdуу") {
		t.Errorf("one invalid byte: got %q, %s, %v", got, charset, err)
	}
}

func TestMend(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		in, want string
		cut      bool
	}{
		"well":              {"<rss a='1'><item>x</item></rss>", `<rss a="1"><item>x</item></rss>`, false},
		"blank lines":       {"\n\n<?xml version='1.0'?>\n<rss/>", "<rss/>", false},
		"bare ampersands":   {"<rss a='x&y'>M&M &amp; A&B; &nbsp; &#1178; &#x49a; &#0; &#zz; &#; &</rss>", `<rss a="x&amp;y">M&amp;M &amp; A&amp;B; &amp;nbsp; &#1178; &#1178;  &amp;#zz; &amp;#; &amp;</rss>`, false},
		"bare brackets":     {"<rss>1 < 2 > 0 <3 ]]></rss>", "<rss>1 &lt; 2 &gt; 0 &lt;3 ]]&gt;</rss>", false},
		"document type":     {`<!DOCTYPE rss [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]><rss>&a;</rss>`, "<rss>&amp;a;</rss>", false},
		"comments":          {"<!-- <rss> --><rss><!-- -- --><a/><?php ?></rss>", "<rss><a/></rss>", false},
		"unquoted":          {"<rss a=1 b c = \"x\"><a href=/x/></a></rss>", `<rss a="1" b="" c="x"><a href="/x/"></a></rss>`, false},
		"stray end tags":    {"<rss></b><a>x</i></a></p></rss>", "<rss><a>x</a></rss>", false},
		"missing end tags":  {"<rss><p>one<br>two</rss>", "<rss><p>one<br/>two</p></rss>", false},
		"crossed":           {"<rss><b><i>x</b></i></rss>", "<rss><b><i>x</i></b></rss>", false},
		"letter case":       {"<rss><em>x</EM></RSS>", "<rss><em>x</em></rss>", false},
		"item in item":      {"<rss><item>1<item>2</item></rss>", "<rss><item>1</item><item>2</item></rss>", false},
		"cdata":             {"<rss><![CDATA[<b>&nbsp;\x01]]></rss>", "<rss><![CDATA[<b>&nbsp;]]></rss>", false},
		"cut in an item":    {"<rss><channel><item>1</item><item>2</it", "<rss><channel><item>1</item></channel></rss>", true},
		"cut in cdata":      {"<rss><channel><item>1</item><item><![CDATA[2", "<rss><channel><item>1</item></channel></rss>", true},
		"cut in a tag":      {"<rss><channel><item>1</item><item><a href='", "<rss><channel><item>1</item></channel></rss>", true},
		"cut in the first":  {"<rss><channel><item>1", "<rss></rss>", true},
		"cut behind items":  {"<rss><channel><item>1</item></chan", "<rss><channel><item>1</item></channel></rss>", false},
		"behind the root":   {"<rss></rss><!-- x --><rss>2</rss>", "<rss></rss>", false},
		"colons":            {"<rss><a:b:c x:='1'/><a::b/></rss>", `<rss><a:b c="" x=""/><a b=""/></rss>`, false},
		"control letters":   {"<rss>\x00a\ufffe\x0bb</rss>", "<rss>ab</rss>", false},
		"quotes":            {`<rss a='"'/>`, `<rss a="&#34;"/>`, false},
		"rdf with a prefix": {"<rdf:RDF/>", "<rdf:RDF/>", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := mend([]byte(test.in))
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "document", string(got.XML), test.want)
			equal(t, "cut", got.Cut, test.cut)
		})
	}
}

func TestMendLimits(t *testing.T) {
	t.Parallel()
	if _, err := mend([]byte("<rss>" + strings.Repeat("<a>", 8<<20))); !errors.Is(err, ErrTooDeep) {
		t.Errorf("got %v, want ErrTooDeep", err)
	}
	got, err := mend([]byte("<rss><channel>" + strings.Repeat("<item>x</item>", maxItems+1) + "</channel></rss>"))
	if err != nil || !got.Clipped || strings.Count(string(got.XML), "<item>") != maxItems || !strings.HasSuffix(string(got.XML), "</channel></rss>") {
		t.Errorf("too many items: got %d, clipped %v, %v", strings.Count(string(got.XML), "<item>"), got.Clipped, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("<?xml encoding='koi8-r'?>\xc0\xc1"), "text/xml; charset=windows-1251")
	f.Add([]byte("\xff\xfe<\x00"), "")
	f.Add([]byte("\x00<"), "charset=")
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		text, charset, err := decode(body, header)
		if err == nil && (!utf8.Valid(text) || charset == "") {
			t.Errorf("%q in %q", text, charset)
		}
	})
}

// FuzzMend: what comes out is always well-formed, never deep, and nothing more to mend.
func FuzzMend(f *testing.F) {
	for _, seed := range []string{"<rss a=1><item>M&M<br></item><item>", "<rss><![CDATA[x", "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>&a;", "<feed xmlns:a='b'><a:entry c/></FEED>", "<rss>&#x;&#xFFFE;&#1;</rss>",
		"<br />x <b<rss><channel><title>a<b &amp;lt; c</title><item><title>x<link>y", `<feed><entry><summary type="text">a &lt;<b c></summary><content mode="base64" type='text'>eA=</content>`,
		"<rss><item><x:body><x:p>1 &lt; 2<![CDATA[<b>]]><!-- --></x:p></x:body><description><p>1<p><li><td></rss> behind"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		text, _, err := decode([]byte(doc), "")
		if err != nil {
			return
		}
		got, err := mend(text)
		if err != nil {
			return
		}
		strict := xml.NewDecoder(strings.NewReader(string(got.XML)))
		depth := 0
		for {
			token, err := strict.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%q is not well-formed: %v", got.XML, err)
			}
			switch token.(type) {
			case xml.StartElement:
				if depth++; depth > maxDepth+1 {
					t.Fatalf("%d levels", depth)
				}
			case xml.EndElement:
				depth--
			}
		}
		again, err := mend(got.XML)
		if err != nil || string(again.XML) != string(got.XML) {
			t.Fatalf("mended again\n%q\nbecomes\n%q, %v", got.XML, again.XML, err)
		}
	})
}
