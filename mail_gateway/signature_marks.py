"""How programs sign for the writer, and how signatures and legal notices look: the tables that `signatures` reads."""

from __future__ import annotations

import re

from mail_gateway.quote_marks import DASH

MAX_SIGN = 100
"""A program's own line is not longer."""
DELIMITER = re.compile(r"^\s?(?:-- ?|--|__|[‐‑–—―]{1,3} ?|—— ?|__ ?)\s?$")
"""RFC 3676 §4.3, and what is typed for it."""
LONG_RULE = re.compile(rf"^\s*(?:[{re.escape(DASH)}]\s?){{4,200}}$")

_DEVICE = (
    r"iphone|ipad|ipod|android|samsung|galaxy|blackberry|huawei|honor|xiaomi|redmi|oppo|vivo|oneplus|pixel"
    r"|motorola|nokia|sony|xperia"
    r"|htc|\blg\b|smartphone|telefon|téléphone|teléfono|telemóvel|celular|cellulare|mobile|mobil|handy|tablet"
    r"|phone|windows|outlook|mail"
    r"|yahoo|gmail|hotmail|aol|proton|thunderbird|airmail|spark|newton|boxer|typeapp|bluemail|sparrow|mailbird"
    r"|polymail|postbox|zoho"
    r"|tutanota|posteo|superhuman|foxmail|qq|163|iOS|app\b|device|gerät|appareil|dispositivo|apparaat|enhet"
    r"|urządzeni|смартфон|айфон"
    r"|телефон|планшет|устройств|почт"
)
DEVICE = re.compile(_DEVICE, re.IGNORECASE)
_SENT_FROM = (
    r"sent (?:from|via|with|using|by|through|on)|envoyé (?:de|depuis|à partir|par|avec|via)|enviado (?:desde|de"
    r"|do|da|pelo|via|por|a partir)"
    r"|inviat[oa] (?:da|dal|dall|con|tramite)|gesendet (?:von|vom|mit|über|aus|via)|diese nachricht wurde von"
    r"|versendet mit"
    r"|verstuurd (?:vanaf|vanuit|met|via)|verzonden (?:vanaf|vanuit|met|via)|skickat (?:från|med|via)|skickad från"
    r"|sendt (?:fra|med|via|frå)|lähetetty|wysłan[eoy] (?:z|ze|za)|odesláno (?:z|ze|pomocí)|odoslané (?:z|zo)"
    r"|отправлено (?:с|со|из|от)"
    r"|надіслано (?:з|із|від)|изпратено от|trimis (?:de|din|prin|cu)|trimis|στάλθηκε από|poslano (?:s|sa|z|iz)"
    r"|dikirim dari"
    r"|được gửi từ|đã gửi từ|gửi từ|ส่งจาก|أُرسلت من|أرسلت من|مرسل من|تم الإرسال من|נשלח מ|saadetud"
    r"|enviat (?:des|amb)|nosūtīts no"
    r"|išsiųsta iš|bidalita|via mobile|sent"
)
SENT_FROM = re.compile(rf"^(?:{_SENT_FROM})\b(?P<from>.{{0,90}})$", re.IGNORECASE)
PLAIN_SENT_FROM = re.compile(
    r"^(?:sent (?:from|via|with) (?:my|the|a)|envoyé de(?:puis)? mon|enviado (?:desde mi|do meu)|von meinem"
    r"|verstuurd vanaf mijn"
    r"|skickat från min|sendt fra min)\b(?P<from>(?: [^\s,;.]+){1,7})$|^(?:sent )?via mobile$",
    re.IGNORECASE,
)
SIGNED_LAST = (
    "gesendet",
    "gesendet.",
    "gönderildi",
    "gönderildi.",
    "送信",
    "しました",
    "しました。",
    "보냄",
    "메일",
    "됨",
    "드림",
    "küldve",
)
"""How lines end in which the verb comes last."""
SIGNED_BY_VERB = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^(?:diese nachricht wurde )?von meine[mr] .{1,50} (?:aus )?gesendet\.?$",
        r"^.{1,40}(?:['’]?\w{0,4}d[ae]n|ile|üzerinden|cihazımdan|uygulamasından) gönderildi\.?$",
        r"^.{0,40}(?:から|より)送信(?:されました|しました)?。?$",
        r"^.{1,40}(?:에서|으로|로) (?:보냄|보낸 메일|전송됨|발송됨|보내드림)\.?$",
        r"^.{1,40}(?:r[óő]l|b[óő]l|val|vel|készülékemről) küldve\.?$",
    )
)
SIGNED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Outlook on telephones, in every language that it speaks.
        r"^(?:[^\s.,]+ ){0,4}outlook (?:[^\s.,]+ ){0,2}(?:ios|android|mac)(?: [^\s.,]+){0,2}$",
        # Chinese programs and telephones.
        (
            r"^(?:发自|發自|来自|來自|发送自|傳送自|寄自|发于)\s?(?:我的|我嘅)?.{0,12}"
            r"(?:iphone|ipad|手机|手機|邮箱|郵箱|邮件|郵件|客户端|outlook|mail|android|安卓|平板|大师|app|企业微信"
            r"|微信|钉钉|飞书|qq).{0,20}$"
        ),
        r"^(?:发自我的|發自我的|从我的|從我的|发送自我的|寄自我的)[^，。；！？,;!?]{1,30}$",
        r"^来自我的[^，。；！？,;!?的]{1,15}$",
        r"^(?:从|從|通过|透過|使用|由).{1,30}(?:发送|傳送|发出|寄出)的?(?:邮件|郵件)?$",
        r"^(?:获取|取得|下载|下載)\s*(?:适用于.{1,12}的\s*)?outlook.{0,40}$",
        r"^(?:\W*签名由\W*)?网易邮箱(?:大师|手机.{1,6})(?:\W*定制)?\W*$",
        r"^(?:该|此|本)邮件(?:从|由|来自|通过).{1,20}(?:发送|发出)$",
        r"^[（(]?来自qq邮箱.{0,6}[)）]?$",
        # Programs that look for viruses, and others that advertise themselves.
        (
            r"^(?:virus-?free|virenfrei|garanti sans virus|libre de virus|privo di virus|livre de vírus|不含病毒"
            r"|无病毒)\.?\W.{0,60}$"
        ),
        r"^this e-?mail (?:has been|was) (?:checked|scanned).{0,80}$",
        r"^diese e-?mail wurde .{0,30}auf viren.{0,60}$",
        r"^yahoo mail: .{1,60}$",
    )
)
NOTICE_WORDS = (
    *("confidential", "disclaimer", "privileged", "intended", "legal notice", "environment", "before you print"),
    *("haftung", "vertraulich", "confidentiel", "confidencial", "confidentialité", "aviso legal", "avvertenz"),
    *("informativa", "riservat", "vertrouwelijk", "免责", "保密", "机密", "法律声明", "收件人", "仅供"),
)
"""One of these is in every legal notice: a quick look before the slow one."""

CONTACT = re.compile(
    r"@[\w-]+\.|www\.|https?://|\+?\d[\d\s().-]{6,}\d"
    r"|\b(?:tel|fax|phone|mobile|cell|skype|email|e-mail|office|direct|tél|telefon|mob)\b\.?\s*:"
    r"|\b(?:tel|tél|fax|mob)\.\s"
    r"|(?:电话|手机|电邮|邮箱|传真|地址|网址|邮编|微信|電話|手機|傳真|網址|メール|전화)\s*[:：]|unsubscribe"
    r"|mailing list",
    re.IGNORECASE,
)
NOTICE = re.compile(
    r"^\W*(?:confidentiality|disclaimer|legal notice|privileged\b.{0,20}confidential|confidential\b"
    r"|haftungsausschluss|vertraulich"
    r"|avis de confidentialité|aviso (?:legal|de confidencialidad(?:e)?)|avvertenz|informativa|免责声明|保密声明"
    r"|保密提示|法律声明"
    r"|please (?:consider|think)\b.{0,20}\benvironment|think before you print)"
    r"|\b(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|transmission)\b.{0,200}"
    r"\b(?:confidential|privileged|intended (?:only|solely|recipient|for))"
    r"|\bdiese e-?mail\b.{0,80}\bvertraulich|\bce (?:message|courriel|mail)\b.{0,120}\bconfidentiel"
    r"|\beste (?:mensaje|correo|e-?mail)\b.{0,120}\bconfidencial|\bquesto messaggio\b.{0,120}\briservat"
    r"|\bdit bericht\b.{0,120}\bvertrouwelijk"
    r"|[此本]邮件.{0,30}(?:保密|机密|特定收件人|仅供|指定收件人)",
    re.IGNORECASE,
)
