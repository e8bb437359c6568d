// What failures say in German, in mails: those that a run can end with or go past. A failure without a text here says it in
// English; its number finds the page of the manual in either case.

import type { FailureCode, FailureText } from '../../model/failure-codes.ts';

type GermanText = Pick<FailureText, 'sentence' | 'remedy'>;

const NOTHING_TO_DO = 'Nichts: der nächste Lauf macht weiter.';
const NETWORK =
  'Namensauflösung und Firewall für den Rechner in den Einzelheiten prüfen und die Richtlinie neu laufen lassen.';
const SOURCE_ITEM =
  'Den Ordner in Outlook öffnen und nach Kontakten suchen, die sich nicht öffnen lassen; diese löschen oder neu eingeben. Die Einzelheiten nennen den Ordner.';

/** Sentence, then remedy. */
const TEXTS: Readonly<Partial<Record<FailureCode, readonly [string, string]>>> = {
  internalError: [
    'contactSync ist auf einen unerwarteten Fehler gestoßen.',
    'Das Protokoll dieses Laufs an den Support senden. Von Hand ist nichts zu reparieren: der nächste Lauf liest das Postfach neu und macht weiter.',
  ],
  certificateMissing: [
    'Die Umgebung hat kein Zertifikat.',
    'Eines zuweisen: "contactsync certificate create --environment NAME" oder "contactsync environment set-certificate NAME THUMBPRINT".',
  ],
  passwordMissing: [
    'Die Umgebung hat kein Passwort für ihr Konto.',
    'Es hinterlegen: "contactsync environment set-password NAME".',
  ],
  domainControllerUnreachable: [
    'Kein Domänencontroller war zu erreichen.',
    'Namensauflösung und Firewall für Server und Port in den Einzelheiten prüfen (636 für LDAPS, 389 für StartTLS; 3269 und 3268 für einen globalen Katalog).',
  ],
  ldapsRefused: [
    'Der Domänencontroller spricht auf diesem Port kein LDAPS.',
    'Dem Domänencontroller ein Zertifikat geben, den Port berichtigen oder StartTLS wählen.',
  ],
  startTlsRefused: [
    'Der Domänencontroller lehnt StartTLS ab.',
    'Dem Domänencontroller ein Zertifikat geben oder LDAPS mit Port 636 wählen.',
  ],
  untrustedDomainController: [
    'Dem TLS-Zertifikat des Domänencontrollers wird nicht vertraut.',
    'Das Zertifikat der Zertifizierungsstelle als PEM-Datei in der Umgebung eintragen (additionalCaFile) oder das des Domänencontrollers erneuern. Das Passwort wurde nicht gesendet.',
  ],
  domainControllerNameMismatch: [
    'Das TLS-Zertifikat des Domänencontrollers gilt für einen anderen Namen.',
    'Den Server mit dem vollen Namen eintragen, der in seinem Zertifikat steht. Das Passwort wurde nicht gesendet.',
  ],
  noDomainController: [
    'Im DNS wurde kein Domänencontroller gefunden.',
    'Die Domäne berichtigen oder in der Umgebung Domänencontroller nennen.',
  ],
  anotherDomainController: [
    'Ein anderer Domänencontroller als beim letzten Mal hat geantwortet; nichts wurde gelöscht.',
    'Meist nichts: Löschungen warten, bis der frühere wieder antwortet oder andere vier Stunden lang geantwortet haben. Neue und geänderte Kontakte wurden geschrieben. Kommt das immer wieder, die Domänencontroller in der Umgebung einzeln unter "servers" nennen.',
  ],
  directoryPasswordRefused: [
    'Active Directory lehnt das Konto oder sein Passwort ab.',
    'Konto und Passwort neu eingeben. Es wurde nur einmal versucht, damit das Konto nicht gesperrt wird.',
  ],
  directoryPasswordExpired: [
    'Das Passwort des Kontos ist abgelaufen.',
    'Ein neues Passwort für das Konto setzen, es nicht ablaufen lassen und hier eingeben.',
  ],
  directoryAccountDisabled: [
    'Das Konto ist deaktiviert oder abgelaufen.',
    'Das Konto in Active Directory aktivieren oder ein anderes nennen.',
  ],
  directoryAccountLocked: [
    'Das Konto ist gesperrt.',
    'Herausfinden, wer es sperrt, das Konto in Active Directory entsperren und die Richtlinie neu laufen lassen.',
  ],
  directorySignInRefused: [
    'Active Directory lehnt die Anmeldung ab.',
    'Die Angaben in den Einzelheiten ansehen und die Einschränkungen des Kontos prüfen.',
  ],
  directoryAccessDenied: [
    'Das Konto darf diesen Teil von Active Directory nicht lesen.',
    'Dem Konto das Recht geben, unterhalb des Namens in den Einzelheiten zu lesen.',
  ],
  directoryBaseNotFound: [
    'Ein Teil von Active Directory, der gelesen werden soll, existiert nicht.',
    'Den Namen (DN) in der Richtlinie oder der Umgebung berichtigen.',
  ],
  directoryObjectNotFound: [
    'Ein einzelnes Objekt, das die Richtlinie nennt, wurde nicht gefunden.',
    'Das Objekt in der Richtlinie berichtigen.',
  ],
  foreignMembers: [
    'Eine Gruppe hat Mitglieder, die dieses Verzeichnis nicht zeigen kann.',
    'Globale Kataloge fragen (globalCatalog: true), wenn sie in einer anderen Domäne der Gesamtstruktur sind. Mitglieder einer anderen Gesamtstruktur aus der Gruppe nehmen.',
  ],
  domainControllerBusy: [
    'Der Domänencontroller ist zu beschäftigt, um zu antworten.',
    'Nichts: der nächste Lauf versucht es wieder. Kommt es öfter vor, weitere Domänencontroller nennen.',
  ],
  directoryConnectionLost: [
    'Die Verbindung zum Domänencontroller brach ab.',
    'Nichts: der nächste Lauf liest neu. Kommt es öfter vor, weitere Domänencontroller nennen.',
  ],
  exchangeOnlineConnection: [
    'Die Verbindung zu Exchange Online kam nicht zustande.',
    'Namensauflösung, Proxy und Firewall für den Rechner in den Einzelheiten prüfen und die Richtlinie neu laufen lassen.',
  ],
  untrustedServer: [
    'Dem TLS-Zertifikat des Servers wird nicht vertraut.',
    'Das Zertifikat der Zertifizierungsstelle in der Umgebung eintragen (additionalCaFile), wenn ihr zu trauen ist.',
  ],
  tenantUnknown: [
    'Entra ID kennt den Mandanten nicht.',
    'Die ursprüngliche Domäne des Mandanten und die richtige Cloud eintragen.',
  ],
  applicationUnknown: [
    'Die Anwendung ist im Mandanten nicht bekannt.',
    'Die Anwendungs-ID (Client) aus der App-Registrierung in Entra ID übernehmen.',
  ],
  certificateRefused: [
    'Entra ID lehnt das Zertifikat ab.',
    'Die .cer-Datei ("contactsync certificate export") in der App-Registrierung hochladen und eine Minute warten.',
  ],
  signInRefused: [
    'Entra ID lehnt die Anmeldung ab.',
    'Die Anforderungs-ID im Anmeldeprotokoll von Entra ID nachschlagen (Anmeldungen von Dienstprinzipalen).',
  ],
  consentMissing: [
    'Der Anwendung fehlt eine API-Berechtigung.',
    'Die Berechtigung in der App-Registrierung zuweisen und die Administratorzustimmung erteilen.',
  ],
  exchangeRoleMissing: [
    'Exchange Online lehnt den Befehl ab.',
    'Der Anwendung in Entra ID die Rolle Exchange-Empfängeradministrator geben und Exchange.ManageAsApp mit Administratorzustimmung. Änderungen brauchen bis zu zwei Stunden.',
  ],
  tokenRefused: [
    'Der Dienst lehnt das Zugriffstoken ab.',
    'Die Richtlinie neu laufen lassen; kommt es wieder, die Administratorzustimmung prüfen.',
  ],
  throttledTooLong: [
    'Der Dienst bat länger darum, langsamer zu machen, als dieser Lauf warten darf.',
    NOTHING_TO_DO,
  ],
  serviceUnavailable: [
    'Der Dienst ist im Augenblick nicht verfügbar.',
    `${NOTHING_TO_DO} Hält es an, die Statusseite des Dienstes oder den Server ansehen.`,
  ],
  answerLost: [
    'Die Antwort auf eine Anfrage ging verloren.',
    'Nichts: contactSync liest das Postfach neu, bevor es etwas noch einmal schreibt.',
  ],
  unexpectedAnswer: [
    'Der Dienst gab eine Antwort, die contactSync nicht kennt.',
    'Den Code und die Anforderungs-ID aus den Einzelheiten an den Support senden.',
  ],
  exchangeServerConnection: ['Der Exchange-Server ist nicht zu erreichen.', NETWORK],
  untrustedExchangeServer: [
    'Dem TLS-Zertifikat des Exchange-Servers wird nicht vertraut.',
    'Das Zertifikat der Zertifizierungsstelle als PEM-Datei in der Umgebung eintragen (additionalCaFile) oder die URL mit dem Namen, der im Zertifikat steht. Das Passwort wurde nicht gesendet.',
  ],
  exchangeSignInRefused: [
    'Der Exchange-Server lehnt die Anmeldung ab.',
    'Konto und Passwort in der Umgebung prüfen. Das Passwort wurde einmal versucht und in diesem Lauf nicht wieder, damit das Konto nicht gesperrt wird.',
  ],
  exchangeAccountUnusable: [
    'Das Konto ist auf dem Exchange-Server nicht zu gebrauchen.',
    'Ein neues Passwort setzen oder das Konto aktivieren und das Passwort in der Umgebung eingeben.',
  ],
  impersonationDenied: [
    'Das Konto darf nicht für dieses Postfach handeln.',
    'In der Exchange Management Shell New-ManagementRoleAssignment -Name contactSync -Role ApplicationImpersonation -User <Konto> -CustomRecipientWriteScope <Bereich> ausführen oder den Bereich erweitern.',
  ],
  exchangeNotFound: [
    'Autodiscover findet keinen Exchange-Server.',
    'In der Umgebung die URL der Exchange-Webdienste eintragen, etwa https://mail.contoso.example/EWS/Exchange.asmx.',
  ],
  sourceIncomplete: [
    'Die Quelle war nicht vollständig zu lesen; nichts wurde gelöscht.',
    'Die Gründe stehen in den Einzelheiten. Neue und geänderte Kontakte wurden geschrieben; Löschungen warten auf ein vollständiges Lesen.',
  ],
  groupNotFound: [
    'Eine Gruppe der Richtlinie wurde nicht gefunden.',
    'Die Gruppe in der Richtlinie berichtigen.',
  ],
  groupUnreadable: [
    'Die Mitglieder einer Gruppe waren nicht zu lesen.',
    'GroupMember.Read.All erteilen oder eine Exchange-Rolle, die Gruppenmitglieder liest.',
  ],
  mailboxListIncomplete: [
    'Die Liste der Postfächer war nicht vollständig zu lesen; nichts wurde gelöscht.',
    'Die Gründe stehen in den Einzelheiten.',
  ],
  mailboxNotFound: [
    'Ein Postfach, das die Richtlinie nennt, wurde nicht gefunden.',
    'Die Adresse in der Richtlinie berichtigen.',
  ],
  sourceMailboxNotFound: [
    'Das Postfach, dessen Kontakte die Richtlinie kopiert, wurde nicht gefunden.',
    'Die Adresse der Quelle in der Richtlinie berichtigen oder die Umgebung wählen, die das Postfach enthält.',
  ],
  sourceFolderNotFound: [
    'Ein Kontakteordner, aus dem kopiert wird, wurde nicht gefunden; nichts wurde gelöscht.',
    'Den Pfad in der Richtlinie berichtigen: die Namen der Ordner, wie Outlook sie zeigt, unterhalb von Kontakte oder von der obersten Ebene der öffentlichen Ordner an.',
  ],
  sourceItemUnreadable: [
    'Ein Kontakt der Quelle ließ sich nicht öffnen; nichts wurde gelöscht.',
    SOURCE_ITEM,
  ],
  sourceItemKept: [
    'Ein Kontakt der Quelle ließ sich nicht öffnen; seine Kopien bleiben, wie sie sind, alle anderen sind aktuell.',
    SOURCE_ITEM,
  ],
  peopleNotJoined: [
    'Einige Personen lassen sich im anderen Verzeichnis nicht wiedererkennen; wechselt die Richtlinie dorthin, werden ihre Kontakte gelöscht und neu geschrieben.',
    'Solange die Richtlinie bei ihrem Verzeichnis bleibt, ist nichts zu tun. Vor einem Wechsel: die Kennungen in den Einzelheiten mit Get-Recipient nachsehen und dem Objekt auf beiden Seiten dieselbe primäre Adresse, die sonst niemand trägt, denselben Anzeigenamen und denselben Typ geben; eine doppelte mS-DS-ConsistencyGuid bei dem Benutzer löschen, der das Konto in der Cloud nicht verwendet. Ist der Wechsel schon geschehen, den Plan prüfen und freigeben.',
  ],
  sourceItemsOurs: [
    'Ein Ordner der Quelle enthält Kontakte, die contactSync geschrieben hat; sie sind keine Quelle und werden nicht kopiert.',
    'Es ist nichts zu tun. Wen die Quelle haben soll, dort als neuen Kontakt anlegen: die Kopie eines verwalteten behält dessen unsichtbare Markierung. Die Einzelheiten nennen Ordner und Anzahl.',
  ],
  photoRightMissing: [
    'Die Fotos der Personen dürfen nicht gelesen werden; Kontakte wurden ohne sie geschrieben.',
    'Die Anwendungsberechtigung ProfilePhoto.Read.All von Microsoft Graph mit Administratorzustimmung erteilen oder photo in der Richtlinie auf false setzen.',
  ],
  photoUnreadable: [
    'Das Foto einer Person ist kein lesbares Bild.',
    'Das Foto der Person neu hochladen, als JPEG oder PNG. Der Kontakt selbst wurde geschrieben.',
  ],
  mailboxPhotosRefused: [
    'Exchange Server gibt die Fotos in Postfächern nicht heraus; kopiert wurden die aus Active Directory.',
    'Den Code in den Einzelheiten nachschlagen und den Zugriff erlauben, oder es dabei lassen: die Fotos aus Active Directory sind kleiner, sonst fehlt nichts.',
  ],
  publicFolderAccessDenied: [
    'Ein öffentlicher Ordner ist für das Konto, das ihn liest, geschlossen; nichts wurde gelöscht.',
    'In der Exchange Management Shell Add-PublicFolderClientPermission -Identity <Ordner> -User <Postfach> -AccessRights FolderVisible,ReadItems ausführen, auch für Unterordner. Die Einzelheiten nennen Ordner und Postfach.',
  ],
  publicFoldersOnlineEnding: [
    'Öffentliche Ordner von Exchange Online sind nur bis zum 31. März 2027 lesbar: am 1. April 2027 beendet Microsoft die Exchange-Webdienste.',
    'Die Kontakte in ein freigegebenes Postfach kopieren (contactsync public-folder copy), sie dort pflegen lassen und der Richtlinie die Quelle sharedMailbox geben.',
  ],
  mailboxNotProvisioned: [
    'Das Postfach ist noch nicht bereitgestellt.',
    'Nichts: ein späterer Lauf füllt es. Bleibt es so, die Lizenz prüfen.',
  ],
  mailboxAccessDenied: [
    'Der Zugriff auf das Postfach wird verweigert.',
    'Exchange Online: Contacts.ReadWrite erteilen oder den Bereich erweitern; mit Test-ServicePrincipalAuthorization prüfen. Lokal: prüfen, ob sich das Postfach in Outlook öffnen lässt und ob das Konto über ApplicationImpersonation arbeitet.',
  ],
  mailboxFull: ['Das Postfach ist voll.', 'Den Benutzer etwas löschen lassen oder das Kontingent erhöhen.'],
  mailboxBusy: [
    'Ein anderer Lauf schreibt in das Postfach.',
    'Nichts: das Postfach wird später in diesem Lauf oder im nächsten wieder versucht.',
  ],
  newerMark: [
    'Das Postfach wurde von einer neueren Fassung von contactSync beschrieben; diese liest es nur.',
    'Diese Installation aktualisieren.',
  ],
  everyMailboxDenied: [
    'Der Zugriff auf alle Postfächer wird verweigert.',
    'Exchange Online: Contacts.ReadWrite in der App-Registrierung zuweisen und die Administratorzustimmung erteilen. Lokal: New-ManagementRoleAssignment -Role ApplicationImpersonation. Oder den Bereich erweitern. "contactsync environment test" zeigt, wann es geht.',
  ],
  folderRefused: [
    'Ein Ordner dieses Namens ist da, und contactSync hat ihn nicht angelegt.',
    'Einen anderen Ordnernamen wählen oder folder.existing in der Richtlinie auf adopt oder use setzen.',
  ],
  folderNameTaken: [
    'Der Kontakteordner behält seinen alten Namen, weil das Postfach einen anderen Ordner des neuen Namens hat.',
    'Der Ordner wird unter dem alten Namen gefüllt, und der nächste Lauf benennt ihn um, sobald der Name frei ist.',
  ],
  contactRefused: [
    'Das Postfach lehnt den Kontakt ab.',
    'Den Code aus den Einzelheiten an den Support senden. Die anderen Kontakte wurden geschrieben.',
  ],
  changedSincePlanned: [
    'Das Postfach hat sich seit der Planung geändert und würde nun Kontakte verlieren, die niemand freigegeben hat.',
    'Die Richtlinie neu laufen lassen; nur dieses Postfach blieb, wie es war.',
  ],
  waveFailed: [
    'Eine Vorauswelle schlug fehl; der Lauf endete vor den übrigen Postfächern.',
    'Die Ursache beheben und die Richtlinie neu laufen lassen.',
  ],
  alreadyRunning: [
    'Die Richtlinie läuft bereits.',
    'Warten, bis dieser Lauf beendet ist, oder ihn beenden: "contactsync status" nennt ihn, "contactsync cancel LAUF" beendet ihn. Gibt es seinen Prozess nicht mehr, weil er beendet oder der Rechner neu gestartet wurde, ist die Richtlinie nach einer Minute wieder frei.',
  ],
  wrongKey: [
    'Der Schlüssel passt nicht zu den gespeicherten Geheimnissen.',
    'Den richtigen Schlüssel an seinen Platz legen. Ist er verloren, Umgebungen und Richtlinien exportieren und in einem neuen Datenverzeichnis mit neuem Zertifikat anwenden: die Kontakte in den Postfächern werden an ihren Kennzeichen erkannt.',
  ],
  secretDamaged: [
    'Ein gespeichertes Geheimnis wurde verändert und wird nicht verwendet.',
    'Es neu eingeben.',
  ],
  trialOver: [
    'Die Testzeit ist vorüber; kein Lauf schreibt.',
    'Eine Lizenz hinzufügen: "contactsync license add DATEI". Testläufe gehen weiterhin, und nichts wird entfernt.',
  ],
  licenseExpired: [
    'Die Lizenz ist abgelaufen; kein Lauf schreibt.',
    'Die neue Lizenz hinzufügen: "contactsync license add DATEI". Testläufe gehen weiterhin, und nichts wird entfernt.',
  ],
};

export function germanFailure(code: FailureCode): GermanText | undefined {
  const text = TEXTS[code];
  return text === undefined ? undefined : { sentence: text[0], remedy: text[1] };
}
