package article

import "testing"

// FuzzAddress: what comes out can be asked for, and stays as it is.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"/100%-na", "https:\\\\a\\b", "http:/a/b", "//a/%zz%", "a\nb", "http://[::1]/", "%%%41", "https://a/ö?q=ü#%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		once := Resolve(nil, address)
		if again := Resolve(nil, once); again != once {
			t.Errorf("%q became %q, and that %q", address, once, again)
		}
	})
}
