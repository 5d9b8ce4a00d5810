package okta

import "github.com/controlwatch/controlwatch/collectors/transport"

// answersKept are the reads whose redacted answers are kept. Every read of a
// collector is here or among answersNotKept: a test asks. Links are left out: they
// are addresses of what was asked, and some are signed.
var answersKept = []transport.Kept{
	kept(readOrg),
	kept(readEngine),
	kept(readAuthenticators).Each(".").Without("provider.configuration.secretKey", "provider.configuration.integrationKey", "settings.appInstanceId"),
	kept(readConsole),
	kept(readThreats),
	kept(readZones).Each("."),
	kept(readSupport),
	// Credentials hold hashes and answers where they were imported, and a profile
	// whatever a company wrote into it: an administrator sees both in the console.
	kept(readUsers).Each(".").Without("credentials.password", "credentials.recovery_question", "profile.mobilePhone", "profile.primaryPhone", "profile.streetAddress", "profile.postalAddress"),
	kept(readFactors).Each(".").Without("profile.phoneNumber", "profile.credentialId", "profile.deviceToken", "profile.keys", "_embedded", "verify"),
	kept(readRoles).Each("."),
	kept(readPolicies).Each("."),
	kept(readRules).Each("."),
	// Settings of an application hold whatever its maker asks for.
	kept(readApps).Each(".").Without("credentials", "settings.app", "settings.oauthClient.jwks", "settings.signOn.attributeStatements", "settings.notes"),
	kept(readAppUsers).Each(".").Without("credentials", "profile", "_embedded"),
	kept(readAppGrants).Each("."),
	kept(readGroups).Each("."),
	kept(readGroupRoles).Each("."),
	kept(readGroupUsers).Each(".").Without("credentials.password", "credentials.recovery_question", "profile.mobilePhone", "profile.primaryPhone", "profile.streetAddress", "profile.postalAddress"),
	kept(readLogStreams).Each(".").Without("settings"),
	kept(readTokens).Each("."), // names and dates: Okta never gives the tokens
}

// AnswersNotKept are the other reads, and why.
var AnswersNotKept = map[string]string{
	readLog.operation: "events hold addresses and what was typed; what is kept of each is in the facts",
	readMe.operation:  "it says who asks, which the pull's record says",
}

// AnswersKept lists the reads whose redacted answers are kept.
func AnswersKept() []transport.Kept { return answersKept }

func kept(r read) transport.Kept { return transport.Keep(r.operation).But("_links") }
