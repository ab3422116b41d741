"""Invented notices of failed delivery, each built as a kind of mail server builds them, with what they report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in words alone, and the recipients that it names."""

    name: str
    body: str
    failed: tuple[str, ...]
    subject: str = "Undelivered Mail Returned to Sender"
    sender: str = "MAILER-DAEMON@relay.example"
    is_delayed: bool = False
    status: str = ""


COPY = "Return-Path: <xinxiang@zmd.example>\nReceived: from zmd.example by relay.example; Mon\nTo: copy@never.example\n"

NOTICES = (
    Notice(
        "addresses in brackets with a reason below",
        "Hello, this is the mail program at relay.example.\nYour letter did not reach the addresses below.\n\n"
        "<wang@far.example>:\n10.1.1.1 does not accept it.\nRemote host said: 550 no mailbox of this name\n\n"
        f"--- Below this line is a copy of the message.\n\n{COPY}",
        ("wang@far.example",),
        status="5.1.1",
    ),
    Notice(
        "brackets and reason on one line, continued",
        "The mail system at relay.example is sorry. For help turn to <postmaster@relay.example>\n\n"
        "<wang@far.example>: host mx.far.example[10.1.1.1] said: 550 5.1.1\n"
        "    <alias@inside.example>... no such user (in reply to RCPT TO command)\n",
        ("wang@far.example",),
        status="5.1.1",
    ),
    Notice(
        "an indented list with the dialogue below each",
        "A message that you sent could not be delivered to all of its recipients. The following address(es) failed:\n\n"
        "  wang@far.example\n    SMTP error from remote mail server after RCPT TO:<wang@far.example>:\n"
        "    host mx.far.example [10.1.1.1]: 550 mailbox is full\n  zhao@other.example\n    unrouteable mail domain\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{COPY}",
        ("wang@far.example", "zhao@other.example"),
    ),
    Notice(
        "an address made of another",
        "The following address(es) failed:\n\n  inner@store.example\n    (generated from wang@far.example)\n    "
        "quota exceeded\n",
        ("wang@far.example",),
        subject="Mail delivery failed: returning message to sender",
        status="5.2.2",
    ),
    Notice(
        "a transcript of the session",
        "The original message was received at Mon, 23 Nov 2026\nfrom zmd.example [10.0.0.1]\n\n"
        "   ----- The following addresses had permanent fatal errors -----\n<wang@far.example>\n"
        "    (reason: 550 5.1.1 User unknown)\n\n   ----- Transcript of session follows -----\n"
        "... while talking to mx.far.example.:\n>>> RCPT To:<wang@far.example>\n<<< 550 5.1.1 User unknown\n"
        "550 5.1.1 <wang@far.example>... User unknown\n",
        ("wang@far.example",),
        subject="Returned mail: see transcript for details",
        status="5.1.1",
    ),
    Notice(
        "a recipient and when it was tried",
        "Your message\n\n  To:      wang@far.example\n  Subject: letter\n  Sent:    Mon, 23 Nov 2026 10:00:00 +0800\n\n"
        "did not reach the following recipient(s):\n\nwang@far.example on Mon, 23 Nov 2026 10:00:05 +0800\n"
        "    The recipient name is not recognized\n\tThe id of the original message is: c=us;a= ;p=far\n",
        ("wang@far.example",),
        subject="Undeliverable: letter",
    ),
    Notice(
        "a name with its link and diagnostics for administrators",
        "Delivery has failed to these recipients or distribution lists:\n\nWang Er<mailto:wang@far.example>\n"
        "The e-mail address that you entered could not be found.\n\nDiagnostic information for administrators:\n\n"
        "Generating server: relay.example\n\nwang@far.example\n#550 5.1.1 ADR.NotFound ##\n\n"
        f"Original message headers:\n\n{COPY}",
        ("wang@far.example",),
        subject="Undeliverable: letter",
        status="5.1.1",
    ),
    Notice(
        "labels before address and reason",
        "Your message cannot be delivered to the following recipients:\n\n  Recipient address: wang@far.example\n"
        "  Reason: Remote SMTP server has rejected address\n  Diagnostic code: smtp;550 5.7.1 not wanted\n",
        ("wang@far.example",),
        subject="Delivery Notification: Delivery has failed",
        status="5.7.1",
    ),
    Notice(
        "a label of the attempts",
        "Your message could not be sent.\nA transcript of the attempts to send the message follows.\n"
        "The number of attempts made: 1\nAddressed To: wang@far.example\n\nMon, 23 Nov 2026 10:00:00\n"
        "Failed to send to identified host,\nmx.far.example [10.1.1.1], 550 no such user\n",
        ("wang@far.example",),
        subject="Message could not be sent",
    ),
    Notice(
        "trouble told in a bulleted list",
        "We had trouble delivering your message. Full details follow:\n\nSubject: 'letter'\nDate: 'Mon, 23 Nov "
        "2026'\n\n"
        "1 error(s):\n\nSMTP Server <mx.far.example> rejected recipient <wang@far.example> (Error following "
        "RCPT command). "
        "It responded as follows: [550 5.1.1 User unknown]\n",
        ("wang@far.example",),
        status="5.1.1",
    ),
    Notice(
        "a failure told of one address in a sentence",
        "I was not able to deliver your letter. The account of wang@far.example is over its quota.\n\n"
        f"----- Original message follows -----\n{COPY}",
        ("wang@far.example",),
        status="5.2.2",
    ),
    Notice(
        "sent and received lines of a filter",
        "Sent >>> RCPT TO:<wang@far.example>\nReceived <<< 550 5.1.1 unknown\n\n"
        "Unable to deliver message to <wang@far.example>.\n",
        ("wang@far.example",),
        subject="Mail could not be delivered",
        sender="filter@relay.example",
    ),
    Notice(
        "failure reasons above the address",
        "------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\nwang@far.example\n\n"
        f"------- Returned Message --------\n\n{COPY}",
        ("wang@far.example",),
        subject="DELIVERY FAILURE: user not listed",
        sender="postmaster@far.example",
    ),
    Notice(
        "the server's words below the address",
        f"wang@far.example\n\n-------server message\n550 5.1.1 unknown user\n\n-------original message\n{COPY}",
        ("wang@far.example",),
        subject="failure notice",
        status="5.1.1",
    ),
    Notice(
        "a warning that it is still tried",
        "This message was created automatically by mail delivery software.\nA message that you sent has not yet been "
        "delivered to one or more of its\nrecipients after more than 24 hours on the queue.\n\n"
        "The address to which the message has not yet been delivered is:\n\n  wang@far.example\n\n"
        "No action is required on your part. Delivery attempts will continue for some time.\n",
        ("wang@far.example",),
        subject="Warning: message delayed 24 hours",
        is_delayed=True,
    ),
    Notice(
        "a postponed delivery with the time left",
        "THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient has been delayed:\n\n    "
        "wang@far.example\n\n"
        "Message will be retried for 2 more day(s)\n",
        ("wang@far.example",),
        subject="Delivery Status Notification (Delay)",
        is_delayed=True,
    ),
    Notice(
        "a code with an address and the answer of the other side",
        "This is the mail service.\n\nAn error has occurred while attempting to deliver a message for\n"
        "the following list of recipients:\n\nwang@far.example: 550 5.2.1 account closed\n\n"
        f"Below is a copy of the original message:\n\n{COPY}",
        ("wang@far.example",),
        subject="Delivery status notification: error",
        status="5.2.1",
    ),
    Notice(
        "a table in Chinese",
        "抱歉，您的邮件被退回来了……\n\n原邮件信息：\n时 间：2026-11-23 10:00:00\n主 题：答复\n"
        "收件人：wang@far.example\n\n"
        "退信原因：\n收件人邮件地址（wang@far.example）不存在，邮件无法送达。\nSMTP error, RCPT TO: 550 User "
        "not found: wang@far.example\n\n"
        "建议解决方案：\n温馨提示：请检查收件人地址后重发；如有疑问请联系 help@relay.example\n",
        ("wang@far.example",),
        subject="系统退信",
        sender="Postmaster@relay.example",
        status="5.1.1",
    ),
    Notice(
        "a failure of a large free mailbox in Chinese",
        "您发送的邮件未能送达，已被系统退信。\n发信人\txinxiang@zmd.example\n收信人\twang@far.example\n"
        "退信原因\t对方邮箱空间已满，无法接收新的邮件。\n解决方案\t请通过其他方式联系收信人。\n",
        ("wang@far.example",),
        subject="来自mail.example的退信",
        status="5.2.2",
    ),
    Notice(
        "a status code in Chinese",
        "尊敬的用户：\n您发送给 wang@far.example 的邮件发送失败。\n\n退信代码（Status Code）：550\n"
        "退信原因：收件人拒绝接收来自您的邮件\n",
        ("wang@far.example",),
        subject="邮件发送失败通知",
        sender="postmaster@relay.example",
    ),
    Notice(
        "recipients or groups in Chinese",
        "邮件无法传递给以下收件人或组:\n\n王二 (wang@far.example)<mailto:wang@far.example>\n"
        "找不到您输入的电子邮件地址。\n\n"
        "供管理员使用的诊断信息:\n\n生成服务器: relay.example\n\nwang@far.example\n#550 5.1.10 RecipientNotFound ##\n",
        ("wang@far.example",),
        subject="未传递: 答复",
        sender="postmaster@zmd.example",
        status="5.1.10",
    ),
    Notice(
        "your message did not reach whom in Chinese",
        "你的邮件未能送达以下收件人：\n\nwang@far.example\n\n远程服务器回应：550 5.1.1 unknown\n",
        ("wang@far.example",),
        subject="传递失败",
        status="5.1.1",
    ),
    Notice(
        "addresses below a sentence in Chinese",
        "到下列地址的信件投递失败，对方服务器拒绝接受这封邮件，服务器已经放弃继续投递。\n\n<wang@far.example>:\n"
        f"域名不存在\n\n--- 附件中的内容是原信件的一份拷贝\n{COPY}",
        ("wang@far.example",),
        subject="邮件传输失败！",
    ),
    Notice(
        "a delay in Chinese",
        "您的邮件投递延迟，尚未送达以下收件人：\n\n  wang@far.example\n\n系统仍在尝试投递，您无需重新发送。\n",
        ("wang@far.example",),
        subject="邮件投递延迟通知",
        is_delayed=True,
    ),
    Notice(
        "Traditional Chinese",
        "無法傳遞郵件給下列收件者：\n\nwang@far.example\n找不到收件者。\n#550 5.1.1\n",
        ("wang@far.example",),
        subject="無法傳遞: 答覆",
    ),
    Notice(
        "Japanese",
        "次の宛先へのメッセージはエラーのため配送できませんでした。\n\n<wang@far.example>\n\n宛先が存在しません。\n",
        ("wang@far.example",),
        subject="配信不能",
    ),
    Notice(
        "German",
        "Diese Nachricht konnte an folgende Empfänger nicht zugestellt werden:\n\nwang@far.example\n\nEmpfänger "
        "unbekannt\n",
        ("wang@far.example",),
        subject="Unzustellbar: Antwort",
    ),
    Notice(
        "French",
        "Échec de la remise pour les destinataires suivants :\n\nwang@far.example\nAdresse introuvable.\n",
        ("wang@far.example",),
        subject="Non remis : réponse",
    ),
    Notice(
        "Spanish",
        "No se pudo entregar el mensaje a los siguientes destinatarios:\n\nwang@far.example\nNo existe la dirección.\n",
        ("wang@far.example",),
        subject="No se puede entregar: respuesta",
    ),
    Notice(
        "Russian",
        "Это письмо создано автоматически.\nНевозможно доставить сообщение по следующему адресу:\n\n"
        "<wang@far.example>:\n"
        "пользователь не найден\n",
        ("wang@far.example",),
        subject="Сообщение не доставлено",
    ),
    Notice(
        "a provider that names its own users by their names alone",
        "Your mail to the following recipients could not be delivered:\n\twanger\n",
        ("wanger@relay.example",),
    ),
)
