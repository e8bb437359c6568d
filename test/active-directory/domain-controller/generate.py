#!/usr/bin/python3
"""Writes the LDIF of a mail directory, and a manifest of what it holds.

    generate.py --out DIR [--objects 500] [--seed 1]

The same arguments give the same bytes. Three files: directory.ldif (add
records), changes.ldif (links that need both ends, and deletions) and
manifest.json (counts and the special cases, for tests to compare with).

The first records are fixed special cases, whatever the seed; the rest, up to
--objects mail recipients, is drawn from the seed. ${DOMAINDN} and ${CONFIGDN}
are left for load.py to fill in.
"""
import argparse
import base64
import json
import os
import random
import uuid

NAMESPACE = uuid.UUID("6f1f64a3-3d5c-4c1e-8a8a-0d2d9b0f5a11")
DOMAIN = "${DOMAINDN}"
ORG = "CN=Example Org,CN=Microsoft Exchange,CN=Services,${CONFIGDN}"
ADMIN_GROUP = (
    "CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administrative Groups," + ORG
)
LEGACY = "/o=Example Org/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)"
LISTS = "CN=All Address Lists,CN=Address Lists Container," + ORG
GAL = (
    "CN=Default Global Address List,CN=All Global Address Lists,"
    "CN=Address Lists Container," + ORG
)
MAIL = "example.test"
ROOT = "OU=Company," + DOMAIN
POLICY = "{26491cfc-9e50-4857-861b-0cb8df22b5d7}"
POLICY_ID = "9d9d8b4c-2f8b-4d2e-9a55-3f1d1d7a2f01"

SITES = [
    # organizational unit, city, country code, country, numeric code, postal code, region, dial prefix
    ("Berlin", "Berlin", "DE", "Germany", 276, "10115", "Berlin", "+49 30"),
    ("München", "München", "DE", "Germany", 276, "80331", "Bayern", "+49 89"),
    ("Tokyo", "東京", "JP", "Japan", 392, "100-0001", "東京都", "+81 3"),
    ("Boston", "Boston", "US", "United States", 840, "02108", "MA", "+1 617"),
    ("São Paulo", "São Paulo", "BR", "Brazil", 76, "01000-000", "SP", "+55 11"),
]
STREETS = ["Hauptstraße", "Lindenallee", "Main Street", "Harbour Road", "Rua Augusta", "中央通り"]
DEPARTMENTS = ["Sales", "Engineering", "Finance", "Human Resources", "Legal", "Support", "Einkauf", "Qualitätssicherung"]
TITLES = ["Engineer", "Senior Engineer", "Consultant", "Analyst", "Head of Department", "Assistant", "Sachbearbeiter", "Geschäftsführer"]
COMPANIES = ["Example GmbH", "Example Inc.", "Example K.K.", "Example do Brasil Ltda."]
PARTNERS = ["Partner AG", "Lieferant & Söhne KG", "Contoso-like Ltd.", "株式会社サンプル", "Fournisseur S.à r.l."]
GIVEN = [
    "Anna", "Jürgen", "Söhnke", "Käthe", "Björn", "Michael", "Sabine", "Thomas", "Müşerref", "Łukasz",
    "François", "Zoë", "José", "Inês", "Mary", "John", "Ólafur", "Дмитрий", "Ελένη", "Siobhán",
    "Peter", "Ulrike", "Günter", "Renée", "Ahmed", "Noor", "Linh", "Chidi", "Priya", "Mateo",
]
SURNAMES = [
    "Müller", "Schmidt", "Groß", "Weiß", "Jäger", "Köhler", "Smith", "O'Brien", "García", "Núñez",
    "Kowalczyk", "Żółkiewski", "Dvořák", "Åkesson", "Øster", "Иванов", "Παπαδόπουλος", "Nguyễn", "Yılmaz", "van der Berg",
    "Fischer", "Wagner", "Becker", "Hoffmann", "Schäfer", "Koch", "Bauer", "Richter", "Klein", "Wolf",
]
JAPANESE = [
    ("太郎", "山田", "タロウ", "ヤマダ"), ("花子", "佐藤", "ハナコ", "サトウ"), ("一郎", "鈴木", "イチロウ", "スズキ"),
    ("美咲", "高橋", "ミサキ", "タカハシ"), ("健太", "田中", "ケンタ", "タナカ"), ("さくら", "伊藤", "サクラ", "イトウ"),
]


# --- LDIF ------------------------------------------------------------------

def escape(value):
    """A value as part of a distinguished name."""
    out = []
    for index, char in enumerate(value):
        edge = (index == 0 and char in " #") or (index == len(value) - 1 and char == " ")
        out.append("\\" + char if char in ',+"\\<>;=' or edge else char)
    return "".join(out)


def line(name, value):
    if isinstance(value, str):
        plain = value.isascii() and value == value.strip() and value[:1] not in (":", "<") \
            and not any(ord(char) < 32 for char in value)
        if plain and value:
            return f"{name}: {value}\n"
        if "${" in value:  # load.py fills names in before it decodes: keep them readable
            return f"{name}: {value}\n"
        value = value.encode()
    return f"{name}:: {base64.b64encode(value).decode()}\n"


def record(dn, attributes, changetype="add"):
    lines = [f"dn: {dn}\n", f"changetype: {changetype}\n"]
    for name, value in attributes.items():
        if value is None:
            continue
        for item in value if isinstance(value, list) else [value]:
            lines.append(line(name, item if isinstance(item, (str, bytes)) else str(item)))
    return "".join(lines) + "\n"


def identity(key):
    return uuid.uuid5(NAMESPACE, key)


# --- pictures --------------------------------------------------------------

def jpeg(key, blocks=12, size=None):
    """A gray mosaic of blocks x blocks squares of 8 pixels: a baseline JPEG
    that carries only the mean of each square. size pads it with a comment."""
    shades = random.Random(f"picture {key}")
    half = [[shades.choice((-56, -24, 0, 24, 56)) for _ in range((blocks + 1) // 2)] for _ in range(blocks)]
    rows = [row + row[: blocks // 2][::-1] for row in half]
    bits = []

    def put(value, length):
        bits.extend((value >> shift) & 1 for shift in range(length - 1, -1, -1))

    before = 0
    for row in rows:
        for level in row:
            difference, before = level - before, level
            length = abs(difference).bit_length()
            put(length, 4)  # the table below gives category n the 4-bit code n
            if length:
                put(difference if difference > 0 else difference + (1 << length) - 1, length)
            put(0, 1)  # end of block
    bits.extend([1] * (-len(bits) % 8))
    scan = bytearray()
    for start in range(0, len(bits), 8):
        byte = int("".join(map(str, bits[start:start + 8])), 2)
        scan.append(byte)
        if byte == 0xFF:
            scan.append(0)

    def segment(marker, body):
        return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body

    side = (blocks * 8).to_bytes(2, "big")
    out = b"\xff\xd8"
    out += segment(0xE0, b"JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    out += segment(0xDB, b"\0" + bytes([16] * 64))
    out += segment(0xC0, b"\x08" + side + side + b"\x01\x01\x11\x00")
    out += segment(0xC4, b"\x00" + bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12)))
    out += segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\x00")
    if size:
        while len(out) + len(scan) + 12 < size:
            room = min(size - len(out) - len(scan) - 12, 60000)
            out += segment(0xFE, b"x" * max(room - 4, 1))
    out += segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + bytes(scan) + b"\xff\xd9"
    return out


# --- recipients ------------------------------------------------------------

class Directory:
    def __init__(self, objects, seed):
        self.objects = objects
        # A database's back link list is rewritten for each mailbox put into it,
        # so a few crowded databases would make loading quadratic.
        self.databases = 4 + objects // 100
        self.random = random.Random(seed)
        self.adds = []
        self.changes = []
        self.counts = {}
        self.hidden = 0
        self.cases = {}
        self.total = 0
        self.names = set()
        self.mailboxes = []   # distinguished names, for group members and managers
        self.contacts = []
        self.groups = []

    def add(self, dn, attributes, key=None):
        attributes = dict(attributes)
        attributes["objectGUID"] = identity(key or dn).bytes_le
        self.adds.append(record(dn, attributes))
        return dn

    def change(self, dn, name, values, operation="add"):
        if self.changes and self.changes[-1][0] == dn:
            self.changes[-1][1].append((operation, name, values))
        else:
            self.changes.append((dn, [(operation, name, values)]))

    def count(self, kind, attributes):
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.total += 1
        if attributes.get("msExchHideFromAddressLists") == "TRUE":
            self.hidden += 1

    def unused(self, parent, name):
        """name, or name with a number where the parent already holds it."""
        candidate, number = name[:64], 2
        while (parent, candidate.casefold()) in self.names:
            candidate = f"{name[:58]} ({number})"
            number += 1
        self.names.add((parent, candidate.casefold()))
        return candidate

    def mail_attributes(self, alias, address, display, lists, extra_proxies=()):
        legacy = f"{LEGACY}/cn=Recipients/cn={identity('legacy ' + alias).hex}-{alias}"
        return {
            "mailNickname": alias,
            "mail": address,
            "proxyAddresses": ["SMTP:" + address, *extra_proxies],
            "legacyExchangeDN": legacy,
            "displayName": display,
            "showInAddressBook": [f"CN={name},{LISTS}" for name in lists] + [GAL],
            "msExchPoliciesIncluded": [POLICY_ID, POLICY],
            "msExchVersion": 88218628259840,
        }

    def finish(self, kind, parent, cn, attributes, case, key):
        hidden = attributes.get("msExchHideFromAddressLists") == "TRUE"
        if hidden:
            attributes["showInAddressBook"] = None
        dn = f"CN={escape(cn)},{parent}"
        self.add(dn, attributes, key)
        self.count(kind, attributes)
        if case:
            self.cases[case] = {"dn": dn, "objectGUID": str(identity(key)), "kind": kind, "hidden": hidden}
        return dn

    def user(self, kind, key, cn, parent, details, display_type, more=None, case=None, account=None,
             disabled=False, mailbox=True, display=None, lists=("All Users",), address=None, proxies=()):
        alias = account or key
        cn = self.unused(parent, cn)
        attributes = {
            "objectClass": "user",
            "cn": cn,
            "sAMAccountName": alias[:20],
            "userPrincipalName": f"{alias}@{MAIL}",
            "userAccountControl": 514 if disabled else 512,
            **self.mail_attributes(alias, address or f"{alias}@{MAIL}", display or cn, list(lists),
                                   [f"smtp:{alias}@corp.{MAIL}", *proxies]),
            "msExchRecipientTypeDetails": details,
            "msExchRecipientDisplayType": display_type,
        }
        if mailbox:
            attributes.update({
                "homeMDB": f"CN=DB{1 + identity(key).int % self.databases:03d},CN=Databases,{ADMIN_GROUP}",
                "homeMTA": f"CN=EX1,CN=Servers,{ADMIN_GROUP}",
                "msExchHomeServerName": f"{LEGACY}/cn=Configuration/cn=Servers/cn=EX1",
                "msExchMailboxGuid": identity("mailbox " + key).bytes_le,
                "msExchUserCulture": "de-DE",
                "msExchWhenMailboxCreated": "20240115093000.0Z",
                "mDBUseDefaults": "TRUE",
                "msExchUserAccountControl": 2 if disabled else 0,
            })
        attributes.update(more or {})
        dn = self.finish(kind, parent, cn, attributes, case, key)
        if mailbox and kind == "userMailbox":
            self.mailboxes.append(dn)
        return dn

    def contact(self, key, cn, parent, address, more=None, case=None, display=None):
        cn = self.unused(parent, cn)
        attributes = {
            "objectClass": "contact",
            "cn": cn,
            **self.mail_attributes(key, address, display or cn, ["All Contacts"], [f"smtp:{key}@contacts.{MAIL}"]),
            "targetAddress": "SMTP:" + address,
            "internetEncoding": 1310720,
            "mAPIRecipient": "FALSE",
            "msExchRecipientTypeDetails": 64,
            "msExchRecipientDisplayType": 6,
        }
        attributes.update(more or {})
        dn = self.finish("mailContact", parent, cn, attributes, case, key)
        self.contacts.append(dn)
        return dn

    def group(self, key, cn, members, more=None, case=None, security=False):
        parent = "OU=Groups," + ROOT
        cn = self.unused(parent, cn)
        attributes = {
            "objectClass": "group",
            "cn": cn,
            "sAMAccountName": key,
            "groupType": -2147483640 if security else 8,
            **self.mail_attributes(key, f"{key}@{MAIL}", cn, ["All Groups"]),
            "msExchRecipientTypeDetails": 1024 if security else 256,
            "msExchRecipientDisplayType": 1073741833 if security else 1,
            "msExchRequireAuthToSendTo": "TRUE",
            "member": members,
        }
        attributes.update(more or {})
        dn = self.finish("mailGroup", parent, cn, attributes, case, key)
        self.groups.append(dn)
        return dn

    def dynamic_group(self, key, cn, ldap_filter, base, case=None):
        parent = "OU=Groups," + ROOT
        cn = self.unused(parent, cn)
        return self.finish("dynamicGroup", parent, cn, {
            "objectClass": "msExchDynamicDistributionList",
            "cn": cn,
            **self.mail_attributes(key, f"{key}@{MAIL}", cn, ["All Groups"]),
            "msExchDynamicDLFilter": ldap_filter,
            "msExchDynamicDLBaseDN": base,
            "msExchRecipientTypeDetails": 2048,
            "msExchRecipientDisplayType": 3,
        }, case, key)

    def public_folder(self, key, cn, case=None):
        parent = "CN=Microsoft Exchange System Objects," + DOMAIN
        cn = self.unused(parent, cn)
        return self.finish("publicFolder", parent, cn, {
            "objectClass": "publicFolder",
            "cn": cn,
            **self.mail_attributes(key, f"{key}@{MAIL}", cn, []),
            "folderPathname": "\\Projects\\" + cn,
            "msExchRecipientTypeDetails": 4096,
            "msExchRecipientDisplayType": 2,
        }, case, key)

    # --- contents

    def frame(self):
        for parent, name in (
            (DOMAIN, "Company"), (ROOT, "People"), (ROOT, "Resources"), (ROOT, "Groups"), (ROOT, "Contacts"),
            (ROOT, "Partner Contacts"), (ROOT, "Service Accounts"), (ROOT, "Disabled"),
        ):
            self.add(f"OU={name},{parent}", {"objectClass": "organizationalUnit", "ou": name})
        for site in SITES:
            self.add(f"OU={site[0]},OU=People,{ROOT}", {"objectClass": "organizationalUnit", "ou": site[0]})
        for number in range(1, self.databases + 1):
            name = f"DB{number:03d}"
            self.add(f"CN={name},CN=Databases,{ADMIN_GROUP}",
                     {"objectClass": "msExchPrivateMDB", "cn": name, "displayName": name})
        self.add("CN=Microsoft Exchange System Objects," + DOMAIN,
                 {"objectClass": "container", "cn": "Microsoft Exchange System Objects"})
        for account, text in (("svc-gal-read", "reads the address list"), ("svc-gal-write", "writes Partner Contacts")):
            self.add(f"CN={account},OU=Service Accounts,{ROOT}", {
                "objectClass": "user", "cn": account, "sAMAccountName": account,
                "userPrincipalName": f"{account}@{MAIL}", "description": text,
                "userAccountControl": 66048,
            })

    def special_cases(self):
        berlin = f"OU=Berlin,OU=People,{ROOT}"
        tokyo = f"OU=Tokyo,OU=People,{ROOT}"
        boston = f"OU=Boston,OU=People,{ROOT}"
        box = lambda key, cn, parent=berlin, more=None, case=None, **rest: self.user(  # noqa: E731
            "userMailbox", key, cn, parent, 1, 1073741824, more, case, **rest)
        box("umlaut", "Müller, Jürgen", more={"givenName": "Jürgen", "sn": "Müller", "l": "Köln", "st": "Nordrhein-Westfalen",
            "streetAddress": "Große Straße 1\r\nHinterhaus, 3. Stock", "title": "Geschäftsführer"}, case="commaAndUmlaut",
            display="Müller, Jürgen")
        box("cjk", "山田 太郎", tokyo, {"givenName": "太郎", "sn": "山田", "company": "株式会社サンプル",
            "msDS-PhoneticFirstName": "タロウ", "msDS-PhoneticLastName": "ヤマダ", "msDS-PhoneticDisplayName": "ヤマダ タロウ"}, "cjkPhonetic")
        box("emoji", "Emoji Person", boston, {"givenName": "Emoji", "sn": "Person",
            "description": "On call 🚒🔥 – 👩‍💻 team lead", "info": "line one\r\nline two 🎉"}, "emoji", display="Emoji Person 🚀")
        box("rtl", "דוד כהן", boston, {"givenName": "דוד", "sn": "כהן"}, "rightToLeft")
        box("nfd", "Jose\u0301 Nun\u0303ez", boston, {"givenName": "Jose\u0301", "sn": "Nun\u0303ez"}, "decomposedUnicode")
        box("special", 'Quote "Q" + <x>; back\\slash = yes', boston, {"givenName": "Quote", "sn": "Backslash"}, "escapedName")
        box("hash", "#Leading Hash", boston, {"sn": "Hash"}, "leadingHash")
        box("longname", "Long " + "n" * 59, boston, {"displayName": "Long " + "d" * 251, "sn": "n" * 64}, "longNames")
        box("manyaddr", "Many Addresses", more={"proxyAddresses": ["SMTP:manyaddr@example.test", "smtp:many.addresses@example.test",
            "X500:/o=Old Org/ou=First Administrative Group/cn=Recipients/cn=many", "X400:C=DE;A= ;P=Example;O=Exchange;S=Addresses;G=Many;",
            "SIP:manyaddr@example.test", "sip:many@example.test", "EUM:4711;phone-context=Example", "x500:/o=Second/cn=many",
            *[f"smtp:alias{n:02d}@example.test" for n in range(25)]]}, case="manyProxyAddresses")
        box("phones", "Many Phones", more={"telephoneNumber": "+49 30 1234-0", "otherTelephone": [f"+49 30 1234-{n}" for n in range(1, 6)],
            "homePhone": "+49 30 555", "otherHomePhone": ["+49 30 556", "+49 30 557"], "mobile": "+49 170 1", "otherMobile": ["+49 170 2", "+49 170 3"],
            "pager": "4711", "otherPager": ["4712"], "facsimileTelephoneNumber": "+49 30 99", "otherFacsimileTelephoneNumber": ["+49 30 98"],
            "ipPhone": "1234", "otherIpPhone": ["1235", "sip:phones@example.test"], "telephoneAssistant": "+49 30 1234-9",
            "msExchAssistantName": "Anna Schmidt", "wWWHomePage": "https://example.test/", "url": ["https://a.example.test/", "https://b.example.test/"],
            "homePostalAddress": "Home Street 1\r\n10115 Berlin", "postOfficeBox": "PO 12", "initials": "MP", "middleName": "M.", "personalTitle": "Dr.",
            "generationQualifier": "Jr.", "employeeID": "E-1", "employeeNumber": "1"}, case="manyPhones")
        box("hidden", "Hidden Mailbox", more={"msExchHideFromAddressLists": "TRUE"}, case="hidden")
        box("nothidden", "Explicitly Shown", more={"msExchHideFromAddressLists": "FALSE"}, case="hiddenFalse")
        box("nocontact", "Tagged NoContactSync", more={"extensionAttribute7": "NoContactSync"}, case="noContactSync")
        box("nocontactlc", "Tagged nocontactsync", more={"extensionAttribute7": "nocontactsync"}, case="noContactSyncLowerCase")
        box("nomailbox", "Tagged NoMailboxSync", more={"extensionAttribute15": "NoMailboxSync"}, case="noMailboxSync")
        box("bothtags", "Tagged Both", more={"extensionAttribute1": "x;NoContactSync;NoMailboxSync;y"}, case="bothTags")
        box("neartag", "Tagged Nearly", more={"extensionAttribute7": "NoContactSyncs"}, case="nearTag")
        box("allext", "All Extension Attributes", more={
            **{f"extensionAttribute{n}": f"value {n} äöü" for n in range(1, 16)},
            "msExchExtensionCustomAttribute1": ["multi a", "multi b"]}, case="allExtensionAttributes")
        box("namesake1", "Anna Schmidt", more={"givenName": "Anna", "sn": "Schmidt", "department": "Sales"}, case="namesakeBerlin")
        box("namesake2", "Anna Schmidt", boston, {"givenName": "Anna", "sn": "Schmidt", "department": "Legal"}, "namesakeBoston")
        box("nonames", "Display Only", case="noGivenNameNoSurname")
        box("nomailattr", "Proxy Only", more={"mail": None}, case="proxyAddressesWithoutMail")
        box("bigphoto", "Big Photo", more={"thumbnailPhoto": jpeg("bigphoto", 25, 95000)}, case="bigPhoto")
        box("photo", "Small Photo", more={"thumbnailPhoto": jpeg("photo")}, case="photo")
        box("notphoto", "Broken Photo", more={"thumbnailPhoto": b"this is no JPEG"}, case="brokenPhoto")
        box("archive", "With Archive", more={"msExchArchiveGUID": identity("archive").bytes_le, "msExchArchiveName": ["In-Place Archive - With Archive"]}, case="archive")
        box("disabled", "Disabled Mailbox", f"OU=Disabled,{ROOT}", case="disabledAccount", disabled=True)
        chief = box("chief", "Chief Executive", boston, {"title": "CEO"}, "topManager")
        box("middle", "Middle Manager", boston, {"manager": chief}, "middleManager")
        loop = [box("loopa", "Loop A", boston, case="managerLoopA"), box("loopb", "Loop B", boston, case="managerLoopB")]
        self.change(loop[0], "manager", [loop[1]])
        self.change(loop[1], "manager", [loop[0]])
        forward = box("forward", "Forwarding Person", case="forwarding")
        self.change(forward, "altRecipient", [chief])
        self.change(forward, "publicDelegates", [chief, loop[0]])

        resources = f"OU=Resources,{ROOT}"
        self.user("linkedMailbox", "linked", "Linked Mailbox", berlin, 2, 1073741824,
                  {"msExchMasterAccountSid": "S-1-5-21-1-2-3-1000"}, "linkedMailbox", disabled=True)
        self.user("sharedMailbox", "shared", "Info Desk", resources, 4, 0, None, "sharedMailbox", disabled=True)
        self.user("roomMailbox", "room1", "Konferenzraum Zürich", resources, 16, 7, {
            "msExchResourceCapacity": 12, "msExchResourceDisplay": "Room,Beamer", "msExchResourceMetaData": ["ResourceType:Room"],
            "msExchResourceSearchProperties": ["Room", "Beamer"], "physicalDeliveryOfficeName": "2.17"}, "room", disabled=True, lists=("All Users", "All Rooms"))
        self.user("equipmentMailbox", "equip1", "Pool Car B-EX 1", resources, 32, 8, {
            "msExchResourceDisplay": "Equipment", "msExchResourceMetaData": ["ResourceType:Equipment"],
            "msExchResourceSearchProperties": ["Equipment"]}, "equipment", disabled=True)
        self.user("arbitrationMailbox", "sm-1", "SystemMailbox{1f05a927-0d2f-4d2f-9f5c-0a2b5a6d3c11}", "CN=Users," + DOMAIN, 8388608, 10,
                  {"msExchHideFromAddressLists": "TRUE"}, "arbitrationMailbox", disabled=True, account="SM_1f05a9270d2f4d2f")
        self.user("discoveryMailbox", "ds-1", "DiscoverySearchMailbox {D919BA05-46A6-415f-80AD-7E09334BB852}", "CN=Users," + DOMAIN, 536870912, 0,
                  {"msExchHideFromAddressLists": "TRUE"}, "discoveryMailbox", disabled=True, account="SM_d919ba0546a6415f")
        self.user("healthMailbox", "health", "HealthMailbox0a1b2c3d", "CN=Users," + DOMAIN, 549755813888, 0,
                  {"msExchHideFromAddressLists": "TRUE"}, "healthMailbox", account="HealthMailbox0a1b2c")
        self.user("mailUser", "mailuser", "Mail User", berlin, 128, 6, {"targetAddress": "SMTP:mail.user@partner.example.net"},
                  "mailUser", mailbox=False, address="mail.user@partner.example.net")
        self.user("remoteMailbox", "remote", "Remote Mailbox", berlin, 2147483648, -2147483642, {
            "targetAddress": "SMTP:remote@example.mail.onmicrosoft.com", "msExchRemoteRecipientType": 4,
            "msDS-ExternalDirectoryObjectId": "User_" + str(identity("cloud remote"))}, "remoteMailbox", mailbox=False)
        # not recipients: they must not appear in an address list
        self.add(f"CN=Plain User,{berlin}", {"objectClass": "user", "cn": "Plain User", "sAMAccountName": "plainuser",
                 "userAccountControl": 512, "mail": "plain.user@example.test", "telephoneNumber": "+49 30 0"})
        self.add(f"CN=Plain Contact,OU=Contacts,{ROOT}", {"objectClass": "contact", "cn": "Plain Contact", "mail": "plain.contact@example.net"})
        self.add(f"CN=Plain Security Group,OU=Groups,{ROOT}", {"objectClass": "group", "cn": "Plain Security Group",
                 "sAMAccountName": "plain-security", "groupType": -2147483646, "member": [chief]})
        for case, name, parent in (("plainUser", "Plain User", berlin), ("plainContact", "Plain Contact", f"OU=Contacts,{ROOT}"),
                                   ("plainGroup", "Plain Security Group", f"OU=Groups,{ROOT}")):
            self.cases[case] = {"dn": f"CN={name},{parent}", "objectGUID": str(identity(f"CN={name},{parent}")), "kind": "none", "hidden": False}

        contacts = f"OU=Contacts,{ROOT}"
        self.contact("c-umlaut", "Söhne, Lieferant", contacts, "soehne@lieferant.example.net", {"company": "Lieferant & Söhne KG"}, "contact")
        self.contact("c-hidden", "Hidden Contact", contacts, "hidden@partner.example.net", {"msExchHideFromAddressLists": "TRUE"}, "hiddenContact")
        self.contact("c-x400", "X400 Contact", contacts, "x400@partner.example.net", {
            "mail": None, "proxyAddresses": ["X400:C=DE;A=DBP;P=PARTNER;S=Contact;"], "targetAddress": "X400:C=DE;A=DBP;P=PARTNER;S=Contact;"}, "contactWithoutSmtp")
        self.contact("c-tag", "Tagged Contact", contacts, "tag@partner.example.net", {"extensionAttribute3": "NoContactSync"}, "contactNoContactSync")
        self.contact("c-same", "Anna Schmidt", contacts, "anna.schmidt@partner.example.net", {"givenName": "Anna", "sn": "Schmidt"}, "namesakeContact")

        # nested five deep, a cycle, an empty one, one whose members are hidden
        inner = self.group("nest5", "Nested 5", [chief], case="nested5")
        for depth in range(4, 0, -1):
            inner = self.group(f"nest{depth}", f"Nested {depth}", [inner, loop[depth % 2]], case=f"nested{depth}")
        first = self.group("cycle-a", "Cycle A", [loop[0]], case="cycleA")
        second = self.group("cycle-b", "Cycle B", [first, loop[1]], case="cycleB")
        self.change(first, "member", [second])
        self.group("empty", "Empty Group", [], case="emptyGroup")
        self.group("secret", "Hidden Membership", [chief], {"hideDLMembership": "TRUE"}, "hiddenMembership")
        self.group("hiddengroup", "Hidden Group", [chief], {"msExchHideFromAddressLists": "TRUE"}, "hiddenGroup")
        self.group("secgroup", "Mail Security Group", [chief, self.contacts[0]], None, "securityGroup", security=True)
        self.group("managed", "Managed Group", [chief], {"managedBy": chief, "description": "Owner: the chief 👑", "extensionAttribute2": "NoContactSync"}, "managedGroup")
        self.dynamic_group("dyn-berlin", "Dynamic Berlin", "(&(mailNickname=*)(objectClass=user)(l=Berlin))", ROOT, "dynamicGroup")
        self.public_folder("pf-projects", "Projects Folder", "publicFolder")

        for number in range(1, 4):
            gone = f"CN=Deleted {number},{berlin}"
            self.add(gone, {"objectClass": "user", "cn": f"Deleted {number}", "sAMAccountName": f"deleted{number}",
                            "userAccountControl": 514, "mailNickname": f"deleted{number}", "mail": f"deleted{number}@{MAIL}",
                            "proxyAddresses": [f"SMTP:deleted{number}@{MAIL}"], "displayName": f"Deleted {number}"})
            self.cases[f"deleted{number}"] = {"dn": gone, "objectGUID": str(identity(gone)), "kind": "deleted", "hidden": False}
            self.changes.append((gone, None))

    def person(self, number, site):
        pick = self.random
        if site[0] == "Tokyo" and pick.random() < 0.8:
            given, surname, given_sound, surname_sound = pick.choice(JAPANESE)
            cn, more = f"{surname} {given}", {"msDS-PhoneticFirstName": given_sound, "msDS-PhoneticLastName": surname_sound,
                                              "msDS-PhoneticDisplayName": f"{surname_sound} {given_sound}"}
        else:
            given, surname = pick.choice(GIVEN), pick.choice(SURNAMES)
            cn, more = (f"{surname}, {given}" if site[2] == "DE" else f"{given} {surname}"), {}
        more.update({
            "givenName": given, "sn": surname, "l": site[1], "c": site[2], "co": site[3], "countryCode": site[4],
            "postalCode": site[5], "st": site[6], "streetAddress": f"{pick.choice(STREETS)} {pick.randint(1, 99)}",
            "physicalDeliveryOfficeName": f"{pick.randint(1, 9)}.{pick.randint(1, 60):02d}",
            "telephoneNumber": f"{site[7]} {5000000 + number}", "title": pick.choice(TITLES),
            "department": pick.choice(DEPARTMENTS), "company": pick.choice(COMPANIES),
        })
        if pick.random() < 0.5:
            more["mobile"] = f"+49 170 {1000000 + number}"
        if pick.random() < 0.2:
            more["otherTelephone"] = [f"{site[7]} {6000000 + number}", f"{site[7]} {7000000 + number}"]
        if pick.random() < 0.1:
            more["facsimileTelephoneNumber"] = f"{site[7]} {8000000 + number}"
        if pick.random() < 0.1:
            more["description"] = pick.choice(["Team lead 🌟", "Werkstudent", "Part time ½", "Vertretung für Köln"])
        return cn, more

    def bulk(self):
        pick = self.random
        left = max(self.objects - self.total - 1, 0)  # one group comes last
        plan = [("contact", round(left * 0.16)), ("mailUser", round(left * 0.03)), ("remote", round(left * 0.03)), ("room", round(left * 0.02)),
                ("shared", round(left * 0.02)), ("folder", round(left * 0.01)), ("dynamic", round(left * 0.005)), ("group", round(left * 0.06))]
        counts = dict(plan)
        for number in range(1, left - sum(counts.values()) + 1):
            site = SITES[number % len(SITES)]
            cn, more = self.person(number, site)
            if len(self.mailboxes) > 40 and pick.random() < 0.95:
                more["manager"] = self.mailboxes[pick.randrange(min(len(self.mailboxes), 40 + number // 12))]
            if pick.random() < 0.2:
                more["thumbnailPhoto"] = jpeg(number)
            chance = pick.random()
            if chance < 0.03:
                more["msExchHideFromAddressLists"] = "TRUE"
            elif chance < 0.05:
                more[f"extensionAttribute{pick.randint(1, 15)}"] = "NoContactSync"
            elif chance < 0.07:
                more[f"extensionAttribute{pick.randint(1, 15)}"] = "NoMailboxSync"
            self.user("userMailbox", f"u{number:06d}", cn, f"OU={site[0]},OU=People,{ROOT}", 1, 1073741824, more)
        for number in range(1, counts["mailUser"] + 1):
            site = pick.choice(SITES)
            cn, more = self.person(100000 + number, site)
            address = f"m{number:06d}@partner.example.net"
            more["targetAddress"] = "SMTP:" + address
            self.user("mailUser", f"m{number:06d}", cn, f"OU={site[0]},OU=People,{ROOT}", 128, 6, more, mailbox=False, address=address)
        for number in range(1, counts["remote"] + 1):
            site = pick.choice(SITES)
            cn, more = self.person(200000 + number, site)
            more.update({"targetAddress": f"SMTP:r{number:06d}@example.mail.onmicrosoft.com", "msExchRemoteRecipientType": 4})
            self.user("remoteMailbox", f"r{number:06d}", cn, f"OU={site[0]},OU=People,{ROOT}", 2147483648, -2147483642, more, mailbox=False)
        for number in range(1, counts["room"] + 1):
            self.user("roomMailbox", f"room-{number:05d}", f"Raum {number}", f"OU=Resources,{ROOT}", 16, 7, {
                "msExchResourceCapacity": pick.randint(2, 40), "msExchResourceDisplay": "Room", "msExchResourceMetaData": ["ResourceType:Room"],
                "msExchResourceSearchProperties": ["Room"]}, disabled=True, lists=("All Users", "All Rooms"))
        for number in range(1, counts["shared"] + 1):
            self.user("sharedMailbox", f"shared-{number:05d}", f"Team {number}", f"OU=Resources,{ROOT}", 4, 0, None, disabled=True)
        for number in range(1, counts["contact"] + 1):
            cn, more = self.person(300000 + number, pick.choice(SITES))
            more["company"] = pick.choice(PARTNERS)
            if pick.random() < 0.03:
                more["msExchHideFromAddressLists"] = "TRUE"
            self.contact(f"c{number:06d}", cn, f"OU=Contacts,{ROOT}", f"c{number:06d}@partner.example.net", more)
        for number in range(1, counts["folder"] + 1):
            self.public_folder(f"pf-{number:05d}", f"Folder {number}")
        for number in range(1, counts["dynamic"] + 1):
            department = DEPARTMENTS[number % len(DEPARTMENTS)]
            self.dynamic_group(f"dyn-{number:05d}", f"Dynamic {department} {number}",
                               f"(&(mailNickname=*)(objectClass=user)(department={department}))", ROOT)
        for number in range(1, counts["group"] + 1):
            members = pick.sample(self.mailboxes, min(len(self.mailboxes), pick.randint(2, 30)))
            if pick.random() < 0.3:
                members += pick.sample(self.contacts, min(len(self.contacts), 3))
            if pick.random() < 0.3 and self.groups:
                members.append(pick.choice(self.groups))
            self.group(f"g{number:05d}", f"Verteiler {number}", members, security=pick.random() < 0.2)
        self.group("everyone", "All Staff", list(self.mailboxes), case="everyone")
        self.cases["everyone"]["members"] = len(self.mailboxes)

    def write(self, out, seed):
        os.makedirs(out, exist_ok=True)
        with open(os.path.join(out, "directory.ldif"), "w", encoding="utf-8") as file:
            file.write("".join(self.adds))
        with open(os.path.join(out, "changes.ldif"), "w", encoding="utf-8") as file:
            for dn, steps in self.changes:
                if steps is None:
                    file.write(f"dn: {dn}\nchangetype: delete\n\n")
                    continue
                file.write(f"dn: {dn}\nchangetype: modify\n")
                file.write("-\n".join(
                    f"{operation}: {name}\n" + "".join(line(name, value) for value in values)
                    for operation, name, values in steps) + "\n")
        with open(os.path.join(out, "manifest.json"), "w", encoding="utf-8") as file:
            json.dump({"seed": seed, "recipients": self.total, "hidden": self.hidden, "byKind": dict(sorted(self.counts.items())),
                       "cases": self.cases}, file, ensure_ascii=False, indent=2)
            file.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--objects", type=int, default=500)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    directory = Directory(options.objects, options.seed)
    directory.frame()
    directory.special_cases()
    directory.bulk()
    directory.write(options.out, options.seed)


if __name__ == "__main__":
    main()
