package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"

	"github.com/controlwatch/controlwatch/evidence"
)

type getContact func(context.Context, *accountapi.GetAlternateContactInput, ...func(*accountapi.Options)) (*accountapi.GetAlternateContactOutput, error)

// collectContacts asks for each of the three alternate contacts an account can have.
func collectContacts(ctx context.Context, get getContact, fact *evidence.Fact) {
	contacts := &evidence.Contacts{}
	fact.Body.(*evidence.Account).Contacts = contacts
	for _, c := range []struct {
		of   types.AlternateContactType
		path string
		into **evidence.Contact
	}{
		{types.AlternateContactTypeSecurity, "contacts.security", &contacts.Security},
		{types.AlternateContactTypeOperations, "contacts.operations", &contacts.Operations},
		{types.AlternateContactTypeBilling, "contacts.billing", &contacts.Billing},
	} {
		var err error
		if *c.into, err = alternateContact(ctx, get, c.of); err != nil {
			fact.Miss(c.path, err)
		}
	}
}

func alternateContact(ctx context.Context, get getContact, of types.AlternateContactType) (*evidence.Contact, error) {
	const operation = "account:GetAlternateContact"
	out, err := get(ctx, &accountapi.GetAlternateContactInput{AlternateContactType: of})
	switch {
	case absent(err, "ResourceNotFoundException"):
		return &evidence.Contact{Email: aws.String(""), Telephone: aws.Bool(false)}, nil
	case err != nil:
		return nil, unseen(operation, err)
	case out.AlternateContact == nil || out.AlternateContact.AlternateContactType != of:
		return nil, without(operation, "contact of the type "+string(of))
	}
	return &evidence.Contact{
		Email:     aws.String(aws.ToString(out.AlternateContact.EmailAddress)),
		Telephone: aws.Bool(aws.ToString(out.AlternateContact.PhoneNumber) != ""),
	}, nil
}
