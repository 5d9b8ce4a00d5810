package evidence

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
)

// The rules of masking, which every string of a fact, a hole, a pull and a kept
// answer passes before it is stored or shown:
//
//   - Only what has the published form of a secret is masked, and only the secret
//     itself: the words around it stay, since they may be what is judged.
//   - A long random secret leaves the first eight hexadecimal digits of its
//     SHA-256 behind, so that equal ones stay equal and different ones different:
//     a name that holds one still tells two things apart. What a person may have
//     chosen (a password) leaves nothing, since a digest of it could be guessed.
//   - It is done once: what is masked holds nothing to mask.

// secretFormat is one published form of a secret.
type secretFormat struct {
	name   string
	hints  []string       // one of them is in every string of the form; a cheap first look
	find   *regexp.Regexp // group "s", where there is one, is the secret
	random bool           // long and random: a digest gives nothing away
}

// secretFormats lists what is masked. Sources: IAM user guide, "IAM identifiers"
// (unique id prefixes); GitHub, "GitHub's token formats"; Slack, "Token types";
// RFC 7468 (textual encodings of keys); RFC 3986 3.2.1 (userinfo); RFC 7519 (JWT);
// AWS Signature Version 4, "Authenticating requests: using query parameters"; Okta,
// "Create an API token"; the other makers' documentation of their tokens.
var secretFormats = []secretFormat{
	format("private-key", true, `-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)`, "PRIVATE KEY"),
	format("aws-access-key-id", true, `\b(?:AKIA|ASIA)[A-Z2-7]{12,28}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`, "AKIA", "ASIA"),
	format("aws-session-token", true, `\b(?:IQoJ|FwoG|FQoG|AQoD)[A-Za-z0-9+/=]{60,}`, "IQoJ", "FwoG", "FQoG", "AQoD"),
	format("github-token", true, `\b(?:gh[pousr]_[A-Za-z0-9_.-]{20,}|github_pat_[A-Za-z0-9_]{20,})`, "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
	format("gitlab-token", true, `\bglpat-[A-Za-z0-9_.-]{16,}`, "glpat-"),
	format("slack-token", true, `\b(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}`, "xox", "xapp-"),
	format("slack-webhook", true, `hooks\.slack\.com/(?:services|workflows|triggers)/(?P<s>[A-Za-z0-9/_-]{10,})`, "hooks.slack.com/"),
	format("google-api-key", true, `\bAIza[A-Za-z0-9_-]{35}`, "AIza"),
	format("stripe-key", true, `\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}`, "k_live_", "k_test_"),
	format("npm-token", true, `\bnpm_[A-Za-z0-9]{36}`, "npm_"),
	format("age-key", true, `AGE-SECRET-KEY-1[A-Z0-9]{20,}`, "AGE-SECRET-KEY-"),
	format("json-web-token", true, `\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`, "eyJ"),
	format("okta-token", true, `(?:^|[^A-Za-z0-9_-])(?P<s>00[A-Za-z0-9_-]{40})(?:$|[^A-Za-z0-9_-])`, "00"),
	format("authorization", false, `\b(?i:bearer|basic|ssws)\s+(?P<s>[A-Za-z0-9+/_.=~-]{16,})`, "earer ", "asic ", "SSWS ", "ssws ", "EARER ", "ASIC "),
	format("url-credentials", false, `[A-Za-z][A-Za-z0-9+.-]*://(?P<s>[^\s/?#@"'<>\[\]]+)@`, "://"),
	format("url-parameter", false, `[?&](?i:access_token|token|secret|client_secret|sig|signature|password|passwd|pwd|api_?key|key|auth|x-amz-signature|x-amz-security-token|x-amz-credential)=(?P<s>[^&\s"'#<>\[]+)`, "?", "&"),
	format("password", false, `(?i:password|passwd|pwd|secret_?access_?key|session_?token|client_?secret|api_?key)["']?\s?=\s?["']?(?P<s>[^\s;&,"'$({<*!\[%]{4,})`, "="),
}

func format(name string, random bool, find string, hints ...string) secretFormat {
	return secretFormat{name: name, hints: hints, find: regexp.MustCompile(find), random: random}
}

// shortestSecret is the length below which no string holds a secret of any form.
const shortestSecret = 8

// SecretFormats names the forms that are masked.
func SecretFormats() []string {
	names := make([]string, len(secretFormats))
	for i, f := range secretFormats {
		names[i] = f.name
	}
	return names
}

// Mask takes out of a text what has the form of a secret, also where it is
// percent-encoded or in base64, and names the forms it found.
func Mask(text string) (masked string, formats []string) { return mask(text, "") }

// mask leaves one format alone; empty: none.
func mask(text, except string) (masked string, formats []string) {
	if len(text) < shortestSecret {
		return text, nil
	}
	masked, formats = maskPlain(text, except)
	if strings.Contains(masked, "%") {
		plain := percentDecoded(masked)
		for _, text := range []string{plain, strings.ReplaceAll(plain, "+", " ")} {
			if inside, more := maskPlain(text, except); len(more) > 0 {
				masked, formats = inside, append(formats, more...)
				break
			}
		}
	}
	if longRun(masked) {
		masked = base64Word.ReplaceAllStringFunc(masked, func(word string) string {
			more := inBase64(word, except)
			if len(more) == 0 {
				return word
			}
			formats = append(formats, more...)
			return maskedAs("base64 of "+strings.Join(more, " and "), "")
		})
	}
	return masked, formats
}

func maskPlain(text, except string) (masked string, formats []string) {
	for _, f := range secretFormats {
		if f.name == except || !f.hinted(text) {
			continue
		}
		if out := f.mask(text); out != text {
			text, formats = out, append(formats, f.name)
		}
	}
	return text, formats
}

func (f secretFormat) hinted(text string) bool {
	for _, h := range f.hints {
		if strings.Contains(text, h) {
			return true
		}
	}
	return false
}

func (f secretFormat) mask(text string) string {
	group := 2 * max(0, f.find.SubexpIndex("s"))
	var out strings.Builder
	at := 0
	// One after the other, since the character that ends one may begin the next.
	for at < len(text) {
		m := f.find.FindStringSubmatchIndex(text[at:])
		if len(m) <= group+1 || m[group] < 0 || m[group+1] == m[group] {
			break
		}
		from, to := at+m[group], at+m[group+1]
		out.WriteString(text[at:from])
		secret := text[from:to]
		switch {
		case strings.HasPrefix(secret, maskedPrefix):
			out.WriteString(secret)
		case f.random:
			out.WriteString(maskedAs(f.name, Digest([]byte(secret))[:8]))
		default:
			out.WriteString(maskedAs(f.name, ""))
		}
		at = to
	}
	out.WriteString(text[at:])
	return out.String()
}

const maskedPrefix = "[masked "

func maskedAs(what, digest string) string {
	if digest != "" {
		what += " " + digest
	}
	return maskedPrefix + what + "]"
}

// percentDecoded decodes what is percent-encoded and leaves all else: a text may
// hold an address among other words.
func percentDecoded(text string) string {
	return percentEncoded.ReplaceAllStringFunc(text, func(code string) string {
		plain, err := url.PathUnescape(code)
		if err != nil {
			return code
		}
		return plain
	})
}

var (
	percentEncoded = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	plainBase64    = strings.NewReplacer("\n", "", "\r", "", "-", "+", "_", "/")
	base64Word     = regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}(?:[\r\n]+[A-Za-z0-9+/_-]+)*={0,2}`)
)

// longRun says whether a text could hold a word of base64.
func longRun(text string) bool {
	run := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '+', c == '/', c == '-', c == '_':
			if run++; run >= 24 {
				return true
			}
		default:
			run = 0
		}
	}
	return false
}

// inBase64 names what a word of base64 holds, also one that something else was
// joined to by a character that base64 has too.
func inBase64(word, except string) []string {
	for {
		if _, found := maskPlain(unBase64(word), except); len(found) > 0 {
			return found
		}
		at := strings.IndexAny(word, "+/_-")
		if at < 0 || len(word)-at <= 24 {
			return nil
		}
		word = word[at+1:]
	}
}

// unBase64 reads base64 of either alphabet, as far as it is any.
func unBase64(word string) string {
	compact := strings.TrimRight(plainBase64.Replace(word), "=")
	b, _ := base64.RawStdEncoding.DecodeString(compact) // what follows it may be part of the text around it
	return string(b)
}
