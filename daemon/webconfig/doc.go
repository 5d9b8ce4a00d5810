// Package webconfig reads the web configuration file that Prometheus exporters
// share: a server certificate, client certificates, passwords as bcrypt hashes,
// headers. The format, its checks and the TLS settings are those of the exporter
// toolkit. What the toolkit does not know is held here: whether the file makes
// whoever asks known at all, and that no message quotes a secret out of it.
package webconfig
