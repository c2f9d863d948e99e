package fetch

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
)

// certificates reads what stands where a certificate says that its issuer's is: one, or a
// bundle of them in PKCS#7 (RFC 5280, section 4.2.2.1), as bytes or as PEM. What is
// neither gives none.
func certificates(raw []byte) (found []*x509.Certificate) {
	block, rest := pem.Decode(raw)
	if block == nil {
		return readCertificates(raw)
	}
	for ; block != nil; block, rest = pem.Decode(rest) {
		found = append(found, readCertificates(block.Bytes)...)
	}
	return found
}

func readCertificates(der []byte) []*x509.Certificate {
	if one, err := x509.ParseCertificate(der); err == nil {
		return []*x509.Certificate{one}
	}
	// RFC 2315, sections 7 and 9.1. A bundle signs nothing: what follows the certificates
	// does not matter.
	var bundle struct {
		Type    asn1.ObjectIdentifier
		Content struct {
			Version      int
			Digests      asn1.RawValue `asn1:"set"`
			Signed       asn1.RawValue
			Certificates asn1.RawValue `asn1:"optional,tag:0"`
		} `asn1:"explicit,tag:0"`
	}
	if _, err := asn1.Unmarshal(der, &bundle); err != nil {
		return nil
	}
	found, err := x509.ParseCertificates(bundle.Content.Certificates.Bytes)
	if err != nil {
		return nil
	}
	return found
}
