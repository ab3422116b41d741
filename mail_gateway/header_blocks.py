"""Blocks of header lines that programs put above a mail they quote or forward: `From: … Sent: … To: … Subject: …`.

The labels are known in the languages that mail programs speak. A block needs its author and two labels more, or fewer
whose values cannot be accidents (an address, a date): a citizen may well begin a line with `主题：`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MAX_BLOCK_LINES = 24
MAX_CONTINUATION_LINES = 4
"""A list of recipients is broken over lines; after so many without a label it is text."""
_MAX_LABEL = 40
_MARKS = " \t\u00a0\u3000\u200b\ufeff>＞|*_·•"
_AROUND = " \t\r\u00a0\u3000\u200b\ufeff|*"
_END = re.compile(r"[:：﹕|\t]")
_ADDRESS = re.compile(r"[^\s<>\"'()\[\],;:：]@[\w-]+(?:\.[\w-]+)+")
_WHEN = re.compile(r"\d{1,2}[:：.hH時时点]\s?\d{2}|\d{4}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2}")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_LABELS_BY_KIND = {
    "from": """from|von|de|da|van|fra|från|frá|od|od koho|lähettäjä|feladó|от|от кого|від|від кого|expéditeur|absender
        |mittente|remitente|remetente|afzender|avsändare|avsender|afsender|nadawca|kimden|gönderen|odesílatel
        |odosielateľ
        |发件人|发信人|寄件人|寄件者|發件人|發信人|差出人|送信元|送信者|보낸사람|보낸이|발신|발신인|من|מאת|từ
        |người gửi|จาก|dari
        |από|de la|expeditor|saatja|sender|şuradan|отправитель|відправник|pošiljatelj|šalje|nga|kirjutas
        |siuntėjas|no|iš""",
    "date": """sent|sent on|sent at|date|date sent|gesendet|gesendet am|datum|envoyé|envoyé le|envoyé à
        |date d'envoi|message du|fecha|enviado
        |enviado el|enviada|enviada em|enviado em|enviada a|data|data de envio|inviato|inviata|inviato il
        |data invio|verzonden
        |verzonden op|verstuurd|skickat|skickades|sendt|dato|wysłano|wysłana|data wysłania|odesláno|odoslané
        |lähetetty|päivämäärä|pvm
        |päiväys|отправлено|дата|дата отправки|надіслано|gönderildi|gönderilme zamanı|gönderim zamanı|tarih
        |küldve|elküldve|dátum
        |发送时间|发送日期|发件日期|发信时间|日期|时间|发件时间|寄件日期|傳送時間|傳送日期|寄件時間|發送時間
        |發送日期|时間|時間|已发送|已傳送
        |送信日時|送信日|送信時刻|日付|日時|보낸날짜|보낸시간|보낸일시|날짜|التاريخ|تاريخ|تم الإرسال|أُرسلت
        |נשלח|תאריך|đã gửi|ngày|ngày gửi
        |ส่ง|วันที่|dikirim|tanggal|στάλθηκε|ημερομηνία|trimis|trimis la|saadetud|poslano|poslané""",
    "to": """to|an|à|a|aan|till|til|do|komu|pre|kime|alıcı|kimə|címzett|кому|para|pour|per|destinataire
        |destinataires|empfänger
        |destinatario|destinatário|destinatari|收件人|收信人|收件者|收件者们|宛先|送信先|받는사람|받는이|수신
        |수신인|إلى|אל|đến|tới|người nhận
        |ถึง|kepada|ke|untuk|προς|către|vastaanottaja|mottagare|mottaker|modtager|adresat|прим|за|kam|prima""",
    "cc": """cc|bcc|kopie|kopie an|kopia|kopia till|copie|copie à|copia|copia a|cópia|cc.|kopi|kopi til|dw
        |do wiadomości|抄送|抄送人|副本|密送
        |密件副本|抄收|참조|숨은참조|копия|копія|bilgi|másolat|másolatot kap|نسخة|עותק|đồng gửi|สำเนา|κοιν
        |în copie|kopio""",
    "subject": """subject|betreff|betr|objet|sujet|asunto|oggetto|assunto|onderwerp|betreft|ämne|emne|aihe
        |temat|předmět|predmet
        |tárgy|тема|konu|主题|主旨|主題|标题|標題|件名|題名|제목|الموضوع|נושא|chủ đề|tiêu đề|เรื่อง|หัวเรื่อง
        |subjek|perihal|judul
        |θέμα|subiect|teema|tema|tema:|относно|naslov""",
    "reply-to": """reply-to|reply to|antwort an|répondre à|responder a|rispondi a|antwoord aan|beantwoorden
        |svar till|svar til
        |odpowiedź do|答复至|回复至|回复给|回覆|返信先|ответить""",
    "other": """attachments|attachment|importance|priority|resent-from|organization|organisation|message-id
        |附件|重要性|添付ファイル
        |anlagen|anlage|wichtigkeit|pièces jointes|pièce jointe|bijlage|bijlagen|allegati|datos adjuntos|anexos
        |resent-to""",
}


def _table() -> Mapping[str, str]:
    return {
        _plain(label): kind
        for kind, labels in _LABELS_BY_KIND.items()
        for label in (part.strip() for part in labels.split("|"))
    }


def _plain(label: str) -> str:
    """A label as the table has it: `日　期` and `*Sent*` as `日期` and `sent`."""
    words = label.strip(_MARKS).casefold().split()
    return ("" if _WIDE.search(label) else " ").join(words)


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The header lines of a quoted mail."""

    fields: Mapping[str, str]
    """Values by kind: from, date, to, cc, subject, reply-to."""
    end: int
    """The first line after the block."""


def may_label(stripped: str) -> bool:
    """A quick look that spares most lines the slow one: whether the line might begin with a label."""
    return _END.search(stripped, 0, _MAX_LABEL) is not None


def label_of(line: str) -> tuple[str, str] | None:
    """The kind of the label that `line` begins with, and its value; None when it begins with none."""
    start = line.lstrip(_MARKS)
    found = _END.search(start, 0, _MAX_LABEL)
    if found is None:
        return None
    kind = _LABELS.get(_plain(start[: found.start()]))
    return (kind, start[found.end() :].strip(_AROUND)) if kind else None


def read_block(lines: Sequence[str], index: int, *, is_introduced: bool = False) -> HeaderBlock | None:
    """The block of header lines that begins at `index`; None when none does. Below a divider the author is enough."""
    if label_of(lines[index]) is None:
        return None
    fields: dict[str, str] = {}
    kind, broken, blank, end = "", list[str](), False, index
    for place in range(index, min(index + MAX_BLOCK_LINES, len(lines))):
        line = lines[place]
        if not line.strip(_MARKS + "\r"):
            blank = True
            continue
        found = label_of(line)
        if found is None:
            broken.append(line.lstrip(_MARKS).rstrip(_AROUND))
            if blank or len(broken) > MAX_CONTINUATION_LINES:
                break
            if kind in {"from", "to", "cc"} and "@" in line:
                end = place + 1
        else:
            if blank and (found[0] in fields or found[0] == "other"):
                break
            if kind:
                fields[kind] = " ".join((fields[kind], *broken)).strip()
            kind, value = found
            fields.setdefault(kind, value)
            broken.clear()
            end = place + 1
        blank = False
    is_block = _is_block(fields) or (is_introduced and "from" in fields)
    return HeaderBlock(fields, end) if is_block else None


def _is_block(fields: Mapping[str, str]) -> bool:
    labels = fields.keys() - {"other"}
    if "from" in labels and len(labels) > 2:
        return True
    has_author = _ADDRESS.search(fields.get("from", "")) is not None
    has_date = _WHEN.search(fields.get("date", "")) is not None
    if has_author and ("subject" in labels or has_date):
        return True
    return has_date and _ADDRESS.search(fields.get("to", "")) is not None


_LABELS = _table()
