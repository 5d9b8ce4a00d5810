package mototest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/stretchr/testify/require"
)

// sampleDay is when the sample company is looked at.
var sampleDay = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// Now is when the company is looked at.
func (c Company) Now() time.Time {
	if c.At != nil {
		return sampleDay
	}
	return time.Now()
}

// balancers are a good one, a bad one, and one that only the inside reaches,
// with certificates that are good, about to expire, and expired but unused.
func (c Company) balancers(n network, group string) {
	t, ctx := c.T, c.T.Context()
	c.on(2026, 2, 2)
	good := c.certificate("eu-west-1", "shop.acme-robotics.example", 200*24*time.Hour)
	soon := c.certificate("eu-west-1", "api.acme-robotics.example", 12*24*time.Hour)
	c.certificate("eu-west-1", "trade-fair.acme-robotics.example", 5*24*time.Hour)

	client := elb.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	target, err := client.CreateTargetGroup(ctx, &elb.CreateTargetGroupInput{
		Name: aws.String("shop"), Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(8080), VpcId: &n.id, TargetType: elbtypes.TargetTypeEnumInstance,
	})
	require.NoError(t, err)
	forward := []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: target.TargetGroups[0].TargetGroupArn}}
	redirect := []elbtypes.Action{{Type: elbtypes.ActionTypeEnumRedirect, RedirectConfig: &elbtypes.RedirectActionConfig{
		Protocol: aws.String("HTTPS"), Port: aws.String("443"), StatusCode: elbtypes.RedirectActionStatusCodeEnumHttp301,
	}}}
	for _, b := range []struct {
		name      string
		scheme    elbtypes.LoadBalancerSchemeEnum
		listeners []elb.CreateListenerInput
	}{
		{"shop", elbtypes.LoadBalancerSchemeEnumInternetFacing, []elb.CreateListenerInput{
			{Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80), DefaultActions: redirect},
			{
				Protocol: elbtypes.ProtocolEnumHttps, Port: aws.Int32(443), DefaultActions: forward, SslPolicy: aws.String("ELBSecurityPolicy-TLS13-1-2-2021-06"),
				Certificates: []elbtypes.Certificate{{CertificateArn: &good}},
			},
		}},
		{"partner-api", elbtypes.LoadBalancerSchemeEnumInternetFacing, []elb.CreateListenerInput{
			{
				Protocol: elbtypes.ProtocolEnumHttps, Port: aws.Int32(443), DefaultActions: forward, SslPolicy: aws.String("ELBSecurityPolicy-2016-08"),
				Certificates: []elbtypes.Certificate{{CertificateArn: &soon}},
			},
		}},
		{"old-shop", elbtypes.LoadBalancerSchemeEnumInternetFacing, []elb.CreateListenerInput{{Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80), DefaultActions: forward}}},
		{"back-office", elbtypes.LoadBalancerSchemeEnumInternal, []elb.CreateListenerInput{{Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80), DefaultActions: forward}}},
	} {
		out, err := client.CreateLoadBalancer(ctx, &elb.CreateLoadBalancerInput{
			Name: &b.name, Scheme: b.scheme, Type: elbtypes.LoadBalancerTypeEnumApplication, Subnets: n.subnets, SecurityGroups: []string{group},
		})
		require.NoError(t, err)
		for _, l := range b.listeners {
			l.LoadBalancerArn = out.LoadBalancers[0].LoadBalancerArn
			_, err = client.CreateListener(ctx, &l)
			c.made(err)
		}
	}
}

// certificate imports one that the company made itself and that holds for a
// while from the day of the look.
func (c Company) certificate(region, domain string, left time.Duration) string {
	t := c.T
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(domain))), Subject: pkix.Name{CommonName: domain}, DNSNames: []string{domain},
		NotBefore: c.Now().Add(-700 * 24 * time.Hour), NotAfter: c.Now().Add(left),
	}, &x509.Certificate{Subject: pkix.Name{CommonName: "Acme Robotics"}}, &key.PublicKey, key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	out, err := acm.NewFromConfig(c.Server.Writer(region, Anyone)).ImportCertificate(t.Context(), &acm.ImportCertificateInput{
		Certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		PrivateKey:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	})
	require.NoError(t, err)
	return *out.CertificateArn
}
