package main

import "github.com/controlwatch/controlwatch/soc2"

// What the sample company runs, and how it is reached: by the documentation of
// EC2, Systems Manager, Lambda, Elastic Load Balancing and ACM.
var computeExpected = []expected{
	{"admin-ports-are-closed", "jump-host", soc2.Fail},        // SSH from 0.0.0.0/0
	{"admin-ports-are-closed", "build-agents", soc2.Fail},     // protocol -1
	{"admin-ports-are-closed", "partner-desktops", soc2.Fail}, // a prefix list that holds 0.0.0.0/0
	{"admin-ports-are-closed", "migration", soc2.Fail},        // the internet in two halves
	{"admin-ports-are-closed", "office", soc2.Pass},           // one address and a private network
	{"admin-ports-are-closed", "shop", soc2.Pass},
	{"admin-ports-are-closed", "orders-database", soc2.Pass},
	{"admin-ports-are-closed", "reporting", soc2.Pass},
	{"data-ports-are-closed", "reporting", soc2.Fail},        // MySQL from ::/0
	{"data-ports-are-closed", "telemetry-ingest", soc2.Fail}, // a UDP range around 3306
	{"data-ports-are-closed", "build-agents", soc2.Fail},
	{"data-ports-are-closed", "orders-database", soc2.Pass}, // from another group
	{"data-ports-are-closed", "shop", soc2.Pass},
	{"data-ports-are-closed", "jump-host", soc2.Pass},
	{"only-approved-ports-are-public", "shop", soc2.Pass}, // 80, 443 and ping
	{"only-approved-ports-are-public", "office", soc2.Pass},
	{"only-approved-ports-are-public", "orders-database", soc2.Pass},
	{"only-approved-ports-are-public", "jump-host", soc2.Fail},
	{"only-approved-ports-are-public", "build-agents", soc2.Fail},
	{"only-approved-ports-are-public", "telemetry-ingest", soc2.Fail},
	{"default-group-is-closed", "shop", soc2.NotApplicable},
	{"machine-metadata-needs-a-token", "shop-1", soc2.Pass},
	{"machine-metadata-needs-a-token", "telemetry-gateway", soc2.Pass},
	{"machine-metadata-needs-a-token", "signer-1", soc2.Pass}, // switched off
	{"machine-metadata-needs-a-token", "build-1", soc2.Fail},
	{"machine-metadata-needs-a-token", "old-wiki", soc2.Fail}, // stopped, and starts as it is
	{"region-demands-metadata-tokens", "EC2 in us-east-1", soc2.NotApplicable},
	{"machine-is-managed", "shop-1", soc2.Pass},
	{"machine-is-managed", "telemetry-gateway", soc2.Pass}, // silent for two days
	{"machine-is-managed", "signer-1", soc2.Fail},          // silent for a month
	{"machine-is-managed", "build-1", soc2.Fail},           // unknown
	{"machine-is-managed", "old-wiki", soc2.NotApplicable}, // stopped
	{"machine-is-patched", "shop-1", soc2.Pass},
	{"machine-is-patched", "telemetry-gateway", soc2.Pass},
	{"machine-is-patched", "shop-2", soc2.Fail},    // lacks patches
	{"machine-is-patched", "signer-1", soc2.Fail},  // searched a month ago
	{"machine-is-patched", "jump-host", soc2.Fail}, // never searched
	{"machine-is-patched", "build-1", soc2.Fail},
	{"machine-is-patched", "old-wiki", soc2.NotApplicable},
	{"disk-is-encrypted", "orders-archive", soc2.Pass},
	{"disk-is-encrypted", "shop-1", soc2.Pass},
	{"disk-is-encrypted", "robot-logs-import", soc2.Fail},
	{"disk-is-encrypted", "build-1", soc2.Fail},
	{"snapshot-is-encrypted", "orders-archive", soc2.Pass},
	{"snapshot-is-encrypted", "robot-logs-import", soc2.Fail},
	{"snapshot-is-not-public", "orders-archive", soc2.Pass},
	{"snapshot-is-not-public", "robot-logs-import", soc2.Fail},
	{"region-encrypts-new-disks", "EC2 in eu-west-1", soc2.Pass},
	{"region-encrypts-new-disks", "EC2 in us-east-1", soc2.Fail},
	{"region-blocks-public-snapshots", "EC2 in eu-west-1", soc2.Pass},
	{"region-blocks-public-snapshots", "EC2 in us-east-1", soc2.Fail},
	{"function-is-not-public", "order-mailer", soc2.Pass},
	{"function-is-not-public", "thumbnails", soc2.Pass}, // one bucket, and an address that asks for a signature
	{"function-is-not-public", "partner-webhook", soc2.Fail},
	{"function-is-not-public", "invoice-render", soc2.Fail}, // an open address
	{"load-balancer-uses-tls", "shop", soc2.Pass},
	{"load-balancer-uses-tls", "partner-api", soc2.Fail}, // TLS 1.0
	{"load-balancer-uses-tls", "old-shop", soc2.Fail},    // plain HTTP
	{"load-balancer-uses-tls", "back-office", soc2.Pass}, // plain HTTP inside
	{"certificate-has-time-left", "shop.acme-robotics.example", soc2.Pass},
	{"certificate-has-time-left", "api.acme-robotics.example", soc2.Fail},
	{"certificate-has-time-left", "trade-fair.acme-robotics.example", soc2.NotApplicable}, // nothing presents it
}
