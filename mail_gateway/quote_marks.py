"""How mail programs mark quotes and signatures, Chinese and European ones: the table that `quoting` reads.

Each row says where it was met. A mark must be hard to write by accident in a letter: an attribution needs a date and
an address or a clock time beside its verb, a block of header lines needs three labels.
"""

from __future__ import annotations

import re

_DATE = (
    r"(?:\d{4}\s*年\s*\d{1,2}\s*月|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}\s*月\s*\d{1,2}\s*日"
    r"|\d{1,2}\.?\s+\w{3,9}\.?,?\s+\d{4}|\w{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})"
)
_WHO_OR_WHEN = r"(?:[\w.+-]+@[\w.-]+|\d{1,2}[:：]\d{2})"
_WROTE_ZH = r"(?:写道|寫道|写到|编写|撰寫|来信|的来信)"
_WROTE_EN = r"(?:wrote|writes|schrieb|a écrit|escribió|ha scritto)"

ATTRIBUTION = re.compile(
    # 在 2026-11-20 10:00:00，"某某" <a@b> 写道： (163); 某某 <a@b> 于2026年11月20日周五 10:00写道： (Gmail);
    # 於 … 寫道：; On Fri, Nov 20, 2026 at 10:00 AM … wrote:; At 2026-11-20 10:00:00, "X" <a@b> wrote:
    rf"^(?=.*{_DATE})(?=.*{_WHO_OR_WHEN}).{{0,300}}(?:{_WROTE_ZH}|\b{_WROTE_EN}\b)\s*[:：]?\s*$",
    re.IGNORECASE,
)
ATTRIBUTION_END = re.compile(rf"(?:{_WROTE_ZH}|\b{_WROTE_EN})\s*[:：]?$", re.IGNORECASE)
"""What the last line of every attribution ends in; looked at first, since it spares the look at the whole."""
ATTRIBUTION_LINES = 4
"""An attribution may be broken over so many lines."""

_RULE = r"[-—_=]{2,}"
_ORIGINAL_ZH = r"(?:回复的)?(?:原始邮件|原邮件|邮件原件|原始郵件|原始信件|原始訊息|原始消息|原件)(?:信息)?"
_ORIGINAL_EN = r"(?:original(?:\s+(?:message|mail|e-?mail|appointment))?|replied message)"
_ORIGINAL_EU = r"(?:ursprüngliche nachricht|message d'origine|mensaje original)"
_FORWARDED = r"(?:转发的?邮件(?:信息)?|轉寄郵件|已转发邮件|forwarded (?:message|mail|by .{1,60}))"
_FORWARD_BEGINS = r"(?:开始转发的邮件|下面是被转发的邮件|begin forwarded message)"

DIVIDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # QQ, Foxmail: ------------------ 原始邮件 ------------------; 163: ---- 回复的原邮件 ----;
        # Outlook: -----邮件原件-----
        rf"^[\s|>*]*{_RULE}\s*{_ORIGINAL_ZH}\s*{_RULE}\s*$",
        # Outlook: -----Original Message-----; QQ: ------------------ Original ------------------
        rf"^[\s|>*]*{_RULE}\s*{_ORIGINAL_EN}\s*{_RULE}\s*$",
        rf"^[\s|>*]*{_RULE}\s*{_ORIGINAL_EU}\s*{_RULE}\s*$",
        # QQ on the telephone.
        r"^\s*原始邮件\s*$",
        rf"^[\s>*]*{_RULE}\s*{_FORWARDED}\s*{_RULE}\s*$",
        rf"^[\s>*]*{_FORWARD_BEGINS}\s*[:：]\s*$",
    )
)
"""Lines after which everything is quoted or forwarded."""

FROM_LABEL = re.compile(r"^[\s|>*]*(?:发件人|发信人|寄件者|寄件人|發件人|from|von|de)\s*[|*]*\s*[:：|]", re.IGNORECASE)
OTHER_LABEL = re.compile(
    r"^[\s|>*]*(发送时间|发送日期|发件时间|日期|时间|寄件日期|傳送時間|已发送|收件人|收信人|收件者|抄送人?|副本|主题|主旨|主題"
    r"|sent|date|to|cc|subject|gesendet|datum|an|betreff)\s*[|*]*\s*[:：|]",
    re.IGNORECASE,
)
LABELS_WANTED = 2
"""So many different other labels within `LABEL_LINES` lines make a header block of a From line."""
LABEL_LINES = 10

QUOTED = re.compile(r"^\s*[>＞]")
SIGNATURE_RULE = re.compile(r"^-- ?$|^—— ?$")
_SENT_FROM_ZH = r"(?:发自|來自|来自|從|从|发送自|傳送自)"
_PROGRAM = r"(?:iphone|ipad|手机|手機|邮箱|郵件|邮件|客户端|outlook|mail|android|安卓|平板|大师|app)"
SIGNATURE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^[\s*]*{_SENT_FROM_ZH}.{{0,20}}{_PROGRAM}.{{0,30}}$",
        r"^[\s*]*(?:发自我的|從我的|发送自我的).{1,40}$",
        r"^[\s*]*(?:获取|取得|下载)\s*outlook.{0,40}$",
        r"^[\s*]*网易邮箱大师\s*$",
        r"^[\s*]*(?:sent from (?:my|the|mail|outlook|yahoo|qq|samsung|foxmail).{0,60}|get outlook for .{1,30})$",
    )
)
SIGNATURE_LINES = 12
"""A signature after its rule is not longer; what is longer is the letter."""
