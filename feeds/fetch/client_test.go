package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"kabarchy/feeds/feedtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testOptions are those of a client that may ask this machine.
func testOptions() Options {
	return Options{AllowPrivate: true, UserAgent: "Kabarchy/1.0", Timeout: 30 * time.Second}
}

func serveRSS(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<rss/>") }

// fetchOnce fetches what a handler serves.
func fetchOnce(t *testing.T, serve http.HandlerFunc) (*Response, error) {
	t.Helper()
	s := httptest.NewServer(serve)
	t.Cleanup(s.Close)
	return fetchFrom(t, s.URL+"/rss", testOptions(), false)
}

func fetchFrom(t *testing.T, address string, o Options, oldTLS bool) (*Response, error) {
	t.Helper()
	o.Timeout = 10 * time.Second
	f := New(o)
	t.Cleanup(f.Close)
	return f.Get(t.Context(), Request{URL: address, MaxBytes: 1 << 20, OldTLS: oldTLS})
}

// TestCookies: who guards a site by a cookie lets us in (miniflux#1512, gofeed#181,
// commafeed#2198); the next fetch begins without one.
func TestCookies(t *testing.T) {
	t.Parallel()
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if c, err := r.Cookie("seen"); err != nil || c.Value != "1" {
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return
		}
		io.WriteString(w, "<rss/>")
	}))
	defer s.Close()
	f := New(testOptions())
	defer f.Close()
	for range 2 {
		got, err := f.Get(t.Context(), Request{URL: s.URL + "/rss", MaxBytes: 1 << 10})
		if err != nil || string(got.Body) != "<rss/>" {
			t.Fatalf("got %+v, %v", got, err)
		}
		if len(got.Odd) != 1 || !strings.Contains(got.Odd[0], "cookie") {
			t.Errorf("said %q", got.Odd)
		}
	}
	feedtest.Equal(t, "requests", asked, 4)
}

// TestPacked: what a body is packed with is told by its first bytes (rss-parser#280,
// dillo#377).
func TestPacked(t *testing.T) {
	t.Parallel()
	const text = "<rss><channel><title>Министрлик</title></channel></rss>"
	pack := func(to func(io.Writer) io.WriteCloser, what string) string {
		var b bytes.Buffer
		w := to(&b)
		io.WriteString(w, what)
		w.Close()
		return b.String()
	}
	gz := func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
	zl := func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
	raw := func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 5); return z }
	brotli := "\x0b\x1b\x80\x9f\x8c\x01\xff\x00\x80\xaa"
	for name, test := range map[string]struct{ body, says, err string }{
		"plain":                   {text, "", ""},
		"gzip":                    {pack(gz, text), "gzip", ""},
		"gzip that says nothing":  {pack(gz, text), "", ""},
		"gzip that says brotli":   {pack(gz, text), "br", ""},
		"gzip twice":              {pack(gz, pack(gz, text)), "gzip", ""},
		"plain that says gzip":    {text, "gzip", ""},
		"plain that says brotli":  {" \n" + text, "br", ""},
		"gzip with a rest behind": {pack(gz, text) + "\x00\x00rest", "gzip", ""},
		"deflate":                 {pack(zl, text), "deflate", ""},
		"deflate without a head":  {pack(raw, text), "deflate", ""},
		"deflate unsaid":          {pack(zl, text), "", ""},
		"brotli":                  {brotli, "br", `packed in a way that is not understood: "br"`},
		"zstd unsaid":             {"\x28\xb5\x2f\xfd\x04\x00", "", `"zstd"`},
		"something unheard of":    {"\x01\x02\x03", "x-мин", `not understood: "x-`},
		"gzip that is none":       {"\x1f\x8b", "gzip", "unpack: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := fetchOnce(t, func(w http.ResponseWriter, r *http.Request) {
				if test.says != "" {
					w.Header().Set("Content-Encoding", test.says)
				}
				io.WriteString(w, test.body)
			})
			feedtest.Says(t, err, test.err)
			if test.err == "" && strings.TrimSpace(string(got.Body)) != text {
				t.Errorf("got %q", got.Body)
			}
		})
	}
	half := pack(gz, strings.Repeat("<item>Министрлик</item>", 1000)+text)
	got, err := fetchOnce(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, half[:len(half)-20]) })
	if err != nil || !got.Cut || len(got.Body) == 0 {
		t.Errorf("a packed body that was cut: %v", err)
	}
}

// TestBrokenHTTP2: where HTTP/2 breaks HTTP/1.1 is tried (newsboat#2905, FreshRSS#4613),
// and from then on at once.
func TestBrokenHTTP2(t *testing.T) {
	t.Parallel()
	var broken, asked int
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; r.ProtoMajor == 2 {
			broken++
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, "<rss/>")
	}))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	o := testOptions()
	o.RootCAs = x509.NewCertPool()
	o.RootCAs.AddCert(s.Certificate())
	f := New(o)
	defer f.Close()
	for range 2 {
		got, err := f.Get(t.Context(), Request{URL: s.URL, MaxBytes: 1 << 10})
		if err != nil || string(got.Body) != "<rss/>" {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	feedtest.Equal(t, "requests by HTTP/2", broken, 1)
	feedtest.Equal(t, "requests", asked, 3)
}

// authority makes certificates.
type authority struct {
	*x509.Certificate
	key *ecdsa.PrivateKey
}

func (a *authority) issue(t *testing.T, name string, change func(c *x509.Certificate)) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	if change != nil {
		change(c)
	}
	parent, signer := c, key
	if a != nil {
		parent, signer = a.Certificate, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{made, key}
}

// leaf is a certificate for 127.0.0.1.
func leaf(aia string) func(c *x509.Certificate) {
	return func(c *x509.Certificate) {
		c.IsCA, c.IPAddresses = false, []net.IP{net.IPv4(127, 0, 0, 1)}
		if aia != "" {
			c.IssuingCertificateURL = []string{aia}
		}
	}
}

// serveTLS serves a feed with a chain of certificates.
func serveTLS(t *testing.T, change func(c *tls.Config), key any, chain ...*authority) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(serveRSS))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	c := tls.Certificate{PrivateKey: key}
	for _, a := range chain {
		c.Certificate = append(c.Certificate, a.Raw)
	}
	s.TLS = &tls.Config{Certificates: []tls.Certificate{c}}
	if change != nil {
		change(s.TLS)
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// pkcs7 bundles certificates as certificate authorities do (RFC 2315): in what is signed
// by nobody and says nothing.
func pkcs7(t *testing.T, all ...*authority) []byte {
	t.Helper()
	wrap := func(class, tag int, parts ...[]byte) []byte {
		der, err := asn1.Marshal(asn1.RawValue{Class: class, Tag: tag, IsCompound: true, Bytes: slices.Concat(parts...)})
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	sequence := func(parts ...[]byte) []byte { return wrap(asn1.ClassUniversal, asn1.TagSequence, parts...) }
	set := wrap(asn1.ClassUniversal, asn1.TagSet)
	oid := func(last byte) []byte {
		return []byte{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last} // pkcs-7, 1 for data and 2 for what is signed
	}
	var certificates [][]byte
	for _, a := range all {
		certificates = append(certificates, a.Raw)
	}
	signed := sequence([]byte{2, 1, 1}, set, sequence(oid(1)), wrap(asn1.ClassContextSpecific, 0, certificates...), wrap(asn1.ClassContextSpecific, 1), set)
	return sequence(oid(2), wrap(asn1.ClassContextSpecific, 0, signed))
}

// TestIncompleteChain: a certificate that the site leaves out is found where browsers
// find it, and where it is not, the error says what helps (miniflux#2671).
func TestIncompleteChain(t *testing.T) {
	t.Parallel()
	root := (*authority)(nil).issue(t, "Test CA", nil)
	stranger := (*authority)(nil).issue(t, "Nobody", nil)
	files := http.NewServeMux()
	server := httptest.NewServer(files)
	t.Cleanup(server.Close)
	serveAs := func(path string, body []byte) string {
		files.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { w.Write(body) })
		return server.URL + path
	}
	serve := func(path string, a *authority) string { return serveAs(path, a.Raw) }
	rootAt := func(address string) func(c *x509.Certificate) {
		return func(c *x509.Certificate) { c.IssuingCertificateURL = []string{address} }
	}
	first := root.issue(t, "First", nil)
	second := first.issue(t, "Second", rootAt(serve("/first.crt", first)))
	far := stranger.issue(t, "Far", nil)
	whole := first.issue(t, "127.0.0.1", leaf(""))
	one := first.issue(t, "127.0.0.1", leaf(serve("/1.crt", first)))
	two := second.issue(t, "127.0.0.1", leaf(serve("/2.crt", second)))
	bundled := first.issue(t, "127.0.0.1", leaf(serveAs("/bundle.p7c", pkcs7(t, root, first))))
	inPEM := first.issue(t, "127.0.0.1", leaf(serveAs("/bundle.pem", pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: pkcs7(t, first)}))))
	unsaid := first.issue(t, "127.0.0.1", leaf(""))
	lost := first.issue(t, "127.0.0.1", leaf(server.URL+"/none"))
	wrong := first.issue(t, "127.0.0.1", leaf(serve("/wrong.crt", root)))
	strange := far.issue(t, "127.0.0.1", leaf(serve("/far.crt", far)))
	old := first.issue(t, "127.0.0.1", func(c *x509.Certificate) { leaf("")(c); c.NotAfter = time.Now().Add(-time.Minute) })
	other := first.issue(t, "x.example", func(c *x509.Certificate) { c.IsCA, c.DNSNames = false, []string{"x.example"} })
	self := (*authority)(nil).issue(t, "self", leaf(""))
	o := testOptions()
	o.RootCAs = x509.NewCertPool()
	o.RootCAs.AddCert(root.Certificate)
	for name, test := range map[string]struct {
		chain    []*authority
		odd, err string
	}{
		"whole":                       {[]*authority{whole, first}, "", ""},
		"one is left out":             {[]*authority{one}, `leaves out the certificate of "First"`, ""},
		"it is in a bundle":           {[]*authority{bundled}, `leaves out the certificate of "First"`, ""},
		"it is in a bundle as PEM":    {[]*authority{inPEM}, `leaves out the certificate of "First"`, ""},
		"two are left out":            {[]*authority{two}, `leaves out the certificate of "Second"`, ""},
		"the second of two":           {[]*authority{two, second}, `leaves out the certificate`, ""},
		"it does not say where":       {[]*authority{unsaid}, "", `issued by "First", whom this machine does not know`},
		"there is none":               {[]*authority{lost}, "", "set ca_file under network"},
		"there is another":            {[]*authority{wrong}, "", "install the whole chain"},
		"nobody trusts whom it names": {[]*authority{strange}, "", `issued by "Far"`},
		"it ran out":                  {[]*authority{old, first}, "", "ran out on " + time.Now().Add(-time.Minute).UTC().Format(time.DateOnly)},
		"it is another's":             {[]*authority{other, first}, "", "certificate is another's"},
		"signed by itself":            {[]*authority{self}, "", "signed by nobody but itself"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := fetchFrom(t, serveTLS(t, nil, test.chain[0].key, test.chain...), o, false)
			feedtest.Says(t, err, test.err)
			if err == nil && (string(got.Body) != "<rss/>" || !strings.Contains(strings.Join(got.Odd, ""), test.odd) || test.odd == "" && got.Odd != nil) {
				t.Errorf("got %q, %q", got.Body, got.Odd)
			}
		})
	}
}

// TestOldTLS: a site that only speaks as it did long ago is read where the source says
// so, and else the error says how (miniflux#1734, #1890).
func TestOldTLS(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature}
	leaf("")(c)
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	own, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	o := testOptions()
	o.RootCAs = x509.NewCertPool()
	o.RootCAs.AddCert(own)
	for name, speak := range map[string]func(c *tls.Config){
		"RSA key exchange": func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
		},
		"TLS 1.0": func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 },
	} {
		address := serveTLS(t, speak, key, &authority{Certificate: own})
		_, err := fetchFrom(t, address, o, false)
		feedtest.Says(t, err, "set old_tls: true for this source")
		if got, err := fetchFrom(t, address, o, true); err != nil || string(got.Body) != "<rss/>" {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	plain := httptest.NewServer(http.HandlerFunc(serveRSS))
	defer plain.Close()
	_, err = fetchFrom(t, strings.Replace(plain.URL, "http:", "https:", 1), o, false)
	feedtest.Says(t, err, "does not speak TLS here: write http://")
}

// TestRedirectInside: a public site may not lead us to an address behind our walls.
func TestRedirectInside(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]:1/", "http://10.0.0.1/"} {
		req, err := http.NewRequest(http.MethodGet, to, nil)
		if err != nil {
			t.Fatal(err)
		}
		strict := testOptions()
		strict.AllowPrivate = false
		// The redirect itself is allowed; the dial behind it is not.
		if err := checkRedirect(req, nil); err != nil {
			t.Errorf("%s: %v", to, err)
		}
		if _, err := New(strict).Get(t.Context(), Request{URL: to, MaxBytes: 1}); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s: got %v, want ErrForbidden", to, err)
		}
	}
}
