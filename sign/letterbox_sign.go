// Package letterbox signs URLs of letterbox: copy this file.
package letterbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"
)

var names = map[string]string{
	// <aliases>, by `npm run docs`
	"g":          "a",
	"gravity":    "a",
	"position":   "a",
	"background": "bg",
	"cbg":        "bg",
	"brightness": "bri",
	"contrast":   "con",
	"onerror":    "default",
	"filename":   "dl",
	"encoding":   "enc",
	"extend":     "ext",
	"output":     "f",
	"format":     "f",
	"fm":         "f",
	"filter":     "filt",
	"gamma":      "gam",
	"height":     "h",
	"interlace":  "il",
	"lossless":   "ll",
	"mask-bg":    "mbg",
	"metadata":   "meta",
	"min-h":      "mh",
	"modulate":   "mod",
	"mask-trim":  "mtrim",
	"min-w":      "mw",
	"normalize":  "normalise",
	"preset":     "p",
	"padding":    "pad",
	"pix":        "pixelate",
	"quality":    "q",
	"rotate":     "ro",
	"url":        "s",
	"src":        "s",
	"saturation": "sat",
	"sharpen":    "sharp",
	"txt-align":  "txtalign",
	"txt-color":  "txtcolor",
	"txtcolour":  "txtcolor",
	"txt-fit":    "txtfit",
	"txt-font":   "txtfont",
	"txt-height": "txth",
	"txt-lead":   "txtlead",
	"txt-lines":  "txtlines",
	"txt-pos":    "txtpos",
	"txt-shad":   "txtshadow",
	"txt-size":   "txtsize",
	"txt-width":  "txtw",
	"txt-x":      "txtx",
	"txt-y":      "txty",
	"cb":         "v",
	"width":      "w",
	"wm2":        "wmb",
	"wm3":        "wmc",
	"wmopacity2": "wmopacityb",
	"wmopacity3": "wmopacityc",
	"wmpos2":     "wmposb",
	"wmpos3":     "wmposc",
	"wmscale2":   "wmscaleb",
	"wmscale3":   "wmscalec",
	"wmtile2":    "wmtileb",
	"wmtile3":    "wmtilec",
	"wmx2":       "wmxb",
	"wmx3":       "wmxc",
	"wmy2":       "wmyb",
	"wmy3":       "wmyc",
	// </aliases>
}

// Sign returns the URL with its signature. The key is the first of SIGNING_KEYS, in hexadecimal digits.
func Sign(url, key string) (string, error) {
	secret, err := hex.DecodeString(key)
	if err != nil {
		return "", fmt.Errorf("the key is not in hexadecimal digits")
	}
	address, fragment, hasFragment := strings.Cut(url, "#")
	_, query, _ := strings.Cut(address, "?")
	var given [][2]string
	isList := false
	for _, pair := range strings.Split(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name = decode(name)
		if other, ok := names[name]; ok {
			name = other
		}
		isList = isList || name == "widths"
		given = append(given, [2]string{name, decode(value)})
	}
	var pairs []string
	for _, pair := range given {
		if !isList || (pair[0] != "w" && pair[0] != "dpr") {
			pairs = append(pairs, pair[0]+"="+encode(pair[1]))
		}
	}
	sort.Strings(pairs)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("v1\n" + strings.Join(pairs, "&")))
	signed := address + "&sig=" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	if hasFragment {
		signed += "#" + fragment
	}
	return signed, nil
}

// decode reads what a form would: a plus is a space, and a percent sign that encodes nothing stays.
func decode(text string) string {
	var out []byte
	for at := 0; at < len(text); at++ {
		if text[at] == '%' && at+2 < len(text) {
			if digits, err := hex.DecodeString(text[at+1 : at+3]); err == nil {
				out = append(out, digits[0])
				at += 2
				continue
			}
		}
		if text[at] == '+' {
			out = append(out, ' ')
		} else {
			out = append(out, text[at])
		}
	}
	return string(out)
}

// encode leaves what encodeURIComponent leaves.
func encode(text string) string {
	var out strings.Builder
	for _, b := range []byte(text) {
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("-_.!~*'()", b) >= 0 {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}
