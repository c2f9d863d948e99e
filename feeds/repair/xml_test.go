package repair

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"kabarchy/feeds/feedtest"
)

func TestXML(t *testing.T) {
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
			got, err := repairXML([]byte(test.in))
			if err != nil {
				t.Fatal(err)
			}
			feedtest.Equal(t, "document", string(got.Text), test.want)
			feedtest.Equal(t, "cut", got.Cut, test.cut)
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	if _, err := repairXML([]byte("<rss>" + strings.Repeat("<a>", 8<<20))); !errors.Is(err, ErrTooDeep) {
		t.Errorf("got %v, want ErrTooDeep", err)
	}
	got, err := repairXML([]byte("<rss><channel>" + strings.Repeat("<item>x</item>", MaxItems+1) + "</channel></rss>"))
	if err != nil || !got.Clipped || strings.Count(string(got.Text), "<item>") != MaxItems || !strings.HasSuffix(string(got.Text), "</channel></rss>") {
		t.Errorf("too many items: got %d, clipped %v, %v", strings.Count(string(got.Text), "<item>"), got.Clipped, err)
	}
}

// FuzzXML: what comes out is always well-formed, never deep, and soon nothing more to repair.
func FuzzXML(f *testing.F) {
	for _, seed := range []string{"<rss a=1><item>M&M<br></item><item>", "<rss><![CDATA[x", "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>&a;", "<feed xmlns:a='b'><a:entry c/></FEED>", "<rss>&#x;&#xFFFE;&#1;</rss>",
		"<br />x <b<rss><channel><title>a<b &amp;lt; c</title><item><title>x<link>y", `<feed><entry><summary type="text">a &lt;<b c></summary><content mode="base64" type='text'>eA=</content>`,
		"<rss><item><x:body><x:p>1 &lt; 2<![CDATA[<b>]]><!-- --></x:p></x:body><description><p>1<p><li><td></rss> behind"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		text, _, err := Decode([]byte(doc), "")
		if err != nil {
			return
		}
		got, err := repairXML(text)
		if err != nil {
			return
		}
		strict := xml.NewDecoder(strings.NewReader(string(got.Text)))
		depth := 0
		for {
			token, err := strict.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q is not well-formed: %v", got.Text, err)
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
		// Where a broken tag hid what decides how a text is read, the second time reads it
		// otherwise; then it has to settle.
		for range 2 {
			again, err := repairXML(got.Text)
			if err != nil {
				t.Fatalf("repaired again\n%q\nfails: %v", got.Text, err)
			}
			if string(again.Text) == string(got.Text) {
				return
			}
			got = again
		}
		t.Fatalf("repaired three times\n%q\nis not what it becomes", got.Text)
	})
}
