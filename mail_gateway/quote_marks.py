"""How mail programs mark quotes in text, in the languages they speak: the tables that the readers of quotes use.

A mark must be hard to write by accident in a letter: an attribution needs a date or an address beside its verb, a
divider needs a rule of dashes on both sides.
"""

from __future__ import annotations

import re

QUOTED = re.compile(r"^\s*[>＞](?!.*<\s*$)|^\s*&gt;")
"""A line that a program marked as quoted. What also ends in `<` is an ornament."""

DASH = "-‐‑‒–—―−─━_=~*#+"
_AROUND = " \t\r\u00a0\u200b>＞|*"

_ORIGINAL = (
    r"original(?:\s+(?:message|mail|e-?mail|appointment|msg|text))?|original-?nachricht|replied message|reply message"
    r"|ursprüngliche|urspr\.|oorspronkelijk|origineel bericht|oprindelig|opprinnelig|ursprungligt|originalmeddelande"
    r"|alkuperäinen|oryginaln|původní|pôvodn|исходное|оригинальное|первоначальное|оригінальне|початкове"
    r"|eredeti üzenet"
    r"|orijinal|özgün|d['’]origine|message initial|mail original|mensaje original|correo original|mensagem original"
    r"|messaggio originale|mesaj original|mesajul original|αρχικό|pesan asli|thư gốc|ต้นฉบับ|الأصلية|المקורית|מקורית"
    r"|原始邮件|原始郵件|原始信件|原始訊息|原始消息|原邮件|原郵件|邮件原件|原件|原文|元のメッセージ|元のメール"
    r"|オリジナル"
    r"|원본|원래 메시지|previous message|ältere nachricht"
)
_FORWARDED = (
    r"forwarded|forward message|weitergeleitet|transféré|transmis|réexpédié|reenviad|inoltrat|encaminhad|doorgestuurd"
    r"|vidarebefordra|videresend|vidaresend|edelleen|välitet|przekazan|przesłan|přeposlan|preposlan|пересыла"
    r"|пересланн"
    r"|перенаправл|переадрес|továbbított|iletilen|yönlendiril|redirecționat|προωθημένο|diteruskan|chuyển tiếp"
    r"|转发的?邮件|已转发邮件|转发的信件|轉寄|轉發|转寄|転送|전달된|전달|المعاد توجيهها|הועברה"
)
_WORDS = re.compile(rf"(?:{_ORIGINAL}|{_FORWARDED})", re.IGNORECASE)
_ALONE = frozenset(
    (
        *("原始邮件", "原始郵件", "原始信件", "邮件原件", "original message", "original email", "forwarded message"),
        *("forwarded email", "begin forwarded message", "start forwarded message"),
        *("anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail"),
        *("début du message réexpédié", "début du message transféré", "début du courriel transféré"),
        *("inizio messaggio inoltrato", "inicio del mensaje reenviado", "início da mensagem encaminhada"),
        *("início da mensagem reencaminhada", "begin doorgestuurd bericht", "begin doorgestuurde e-mail"),
        *("vidarebefordrat brev", "vidarebefordrat mejl", "vidarebefordrat meddelande", "videresendt besked"),
        *("start på videresendt besked", "videresendt e-post", "videresendt melding", "videresendt mail"),
        *("välitetty viesti alkaa", "początek przekazywanej wiadomości", "začátek přeposílané zprávy"),
        *("začiatok preposlanej správy", "начало переадресованного сообщения", "начало пересылаемого сообщения"),
        *("пересылаемое сообщение", "переадресованное сообщение", "початок переадресованого листа"),
        *("початок пересланого повідомлення", "továbbított levél", "továbbított levél kezdete"),
        *("iletilen ileti başlangıcı", "転送されたメッセージ", "転送されたメール", "전달된 메시지"),
        *("전달된 메시지를 시작함", "开始转发的邮件", "下面是被转发的邮件", "以下是转发的邮件", "開始轉寄郵件"),
        *("以下是轉寄的郵件", "bắt đầu thư được chuyển tiếp", "بدء الرسالة المعاد توجيهها"),
    )
)
"""What stands on a line of its own, with a colon or without."""
_BETWEEN_RULES = re.compile(
    rf"[{re.escape(DASH)}]{{2,}}\s*(?P<words>[^{re.escape(DASH)}]{{2,60}})[{re.escape(DASH)}]{{2}}"
)
"""Some programs let the header block follow on the same line."""
_ABOVE_THIS_LINE = re.compile(
    r"(?:reply|replies|respond|response|type|write|answer)\b.{0,30}\b(?:above|over) this line"
    r"|(?:oberhalb|über) dieser (?:zeile|linie)|au-dessus de cette ligne|(?:por )?encima de esta línea"
    r"|acima desta linha|sopra questa (?:riga|linea)|boven deze (?:regel|lijn)|请?在此(?:行"
    r"|线)(?:以)?上方?(?:回复|答复|输入)",
    re.IGNORECASE,
)


def is_divider(line: str) -> bool:
    """Whether a program's line says that what follows is another mail, forwarded or quoted."""
    outer = line[:_MAX_DIVIDER].strip(_AROUND)
    within = _BETWEEN_RULES.match(outer)
    if within is not None and _WORDS.search(within["words"]):
        return True
    words = outer.strip(_AROUND + DASH)
    if not words or len(line) > _MAX_DIVIDER:
        return False
    begin = outer.find(words[0])
    if begin >= _MIN_RULE and outer[0] in DASH:
        has_end = len(outer) - begin - len(words) >= _MIN_RULE
        is_named = (has_end or not any(sign.isdigit() for sign in words)) and _WORDS.search(words[:100]) is not None
        return is_named or _ABOVE_THIS_LINE.search(words) is not None
    if len(words) <= _MAX_ALONE and words.rstrip(":： ").casefold() in _ALONE:
        return True
    return any(part in line for part in _THIS_LINE) and _ABOVE_THIS_LINE.search(line) is not None


def is_bare_rule(line: str) -> bool:
    """Whether a line is made of dashes or the like alone."""
    return len(line) < _MAX_DIVIDER and bool(line.strip(_AROUND)) and not line.strip(_AROUND + DASH)


def may_divide(stripped: str) -> bool:
    """A quick look that spares most lines the slow one: dashes first, or short enough to be a divider by itself."""
    return stripped[0] in _DIVIDING or len(stripped) <= _MAX_ALONE


_DIVIDING = frozenset(DASH + "|")
_MAX_DIVIDER = 160
_MAX_ALONE = 60
_MIN_RULE = 2
_THIS_LINE = ("this line", "THIS LINE", "Zeile", "Linie", "cette ligne", "esta l", "questa", "deze", "此行", "此线")
