# A mail server of others (aiosmtpd), which says as JSON what it was given and how
# Python's email package reads it.
import asyncio, base64, email, email.policy, hashlib, json, ssl, sys

from aiosmtpd.smtp import SMTP, AuthResult

tls, auth, cert, key = sys.argv[1:5]


def say(**what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if "refused" in address:
            return "553 5.1.8 not from here hunter2"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if "gone" in address:
            return "550 5.1.1 nobody of that name hunter2"
        if "full" in address:
            return "452 4.2.2 come back later hunter2"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        raw = envelope.content
        message = email.message_from_bytes(raw, policy=email.policy.default)
        parts, defects = [], [repr(d) for d in message.defects]
        for part in message.walk():
            defects += [repr(d) for d in part.defects]
            if not part.is_multipart():
                parts.append({"type": part.get_content_type(), "charset": part.get_content_charset(), "text": part.get_content().replace("\r\n", "\n")})
        say(
            event="message",
            tls=session.ssl is not None or tls == "implicit",
            user=(session.auth_data.login.decode() if session.auth_data else ""),
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            headers=[[k, str(v)] for k, v in message.items()],
            type=message.get_content_type(),
            parts=parts,
            defects=defects,
            longest=max(len(line) for line in raw.split(b"\r\n")),
            bare=raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r"),
            ascii=raw.isascii(),
            sha256=hashlib.sha256(raw).hexdigest(),
            raw=base64.b64encode(raw).decode(),
        )
        if b"X-Refuse" in raw or "refuse-content" in str(message["Subject"]):
            return "554 5.6.0 hunter2"
        return "250 taken"


def authenticator(server, session, envelope, mechanism, data):
    if data.login == b"cw" and data.password == b"hunter2":
        return AuthResult(success=True, auth_data=data)
    return AuthResult(success=False, handled=False, message="535 5.7.8 no: " + data.password.decode())


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    def factory():
        options = {"hostname": "mail.test"}
        if tls == "starttls":
            options.update(tls_context=context, require_starttls=True)
        if auth != "none":
            exclude = {"plain": ["LOGIN"], "login": ["PLAIN"]}[auth]
            options.update(authenticator=authenticator, auth_required=True, auth_require_tls=tls == "starttls", auth_exclude_mechanism=exclude)
        return SMTP(Handler(), loop=loop, **options)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context if tls == "implicit" else None)
    say(event="listening", port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
