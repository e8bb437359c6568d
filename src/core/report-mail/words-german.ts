// The mail about a run, in German.

import { germanFailure } from './failures-german.ts';
import type { Amount, ReportWords } from './words.ts';

const plural = ({ number, text }: Amount, one: string, many: string): string =>
  `${text} ${number === 1 ? one : many}`;

const days = (number: number) => (number === 1 ? 'einem Tag' : `${number} Tagen`);

export const GERMAN: ReportWords = {
  locale: 'de-DE',
  kinds: { run: 'Lauf', test: 'Testlauf', rollback: 'Rücknahme', cleanup: 'Bereinigung', verify: 'Prüflauf' },
  states: {
    queued: 'eingereiht',
    reading: 'liest',
    planning: 'plant',
    awaitingApproval: 'wartet auf Freigabe',
    applying: 'schreibt',
    finished: 'abgeschlossen',
    finishedWithErrors: 'mit Fehlern abgeschlossen',
    failed: 'fehlgeschlagen',
    interrupted: 'unterbrochen',
    superseded: 'überholt',
    cancelled: 'abgebrochen',
  },
  mailboxStates: {
    unchanged: 'unverändert',
    differs: 'weicht ab',
    planned: 'geplant',
    applied: 'geschrieben',
    partly: 'teilweise geschrieben',
    failed: 'fehlgeschlagen',
    skipped: 'übersprungen',
    notReached: 'nicht erreicht',
    notFinished: 'nicht beendet',
  },
  changes: {
    create: 'neu',
    update: 'geändert',
    adopt: 'übernommen',
    delete: 'gelöscht',
    handOver: 'dem Benutzer überlassen',
  },
  reasons: {
    new: 'neu',
    changedAtSource: 'an der Quelle geändert',
    editedInMailbox: 'im Postfach bearbeitet, zurückgesetzt',
    markOnly: 'nur unser Kennzeichen wird erneuert',
    restored: 'vom Benutzer gelöscht, wiederhergestellt',
    adopted: 'übernommen',
    lostMark: 'hatte unser Kennzeichen verloren, erhält es wieder',
    movedToSubfolder: 'kommt in einen anderen Unterordner',
    leftSelection: 'nicht mehr ausgewählt',
    markedNoContactSync: 'mit NoContactSync gekennzeichnet',
    personRemoved: 'auf Anordnung überall entfernt',
    graceOver: 'Schonfrist abgelaufen',
    mailboxLeft: 'Postfach gehört nicht mehr zur Richtlinie',
    ownObject: 'ist der Inhaber des Postfachs',
    mergedIntoOtherPolicy: 'eine andere Richtlinie des Ordners schreibt die Person',
    policyRemoved: 'alle Kontakte der Richtlinie gehen',
    leftoverFolder: 'liegt in einem genannten Ordner',
    leftoverCategory: 'hat eine genannte Kategorie',
    leftoverFileAs: 'hat ein passendes „Speichern unter“',
    rollback: 'zurückgenommen',
  },
  outcomes: {
    applied: 'erledigt',
    failed: 'fehlgeschlagen',
    unknown: 'Ergebnis unbekannt',
    planned: 'geplant',
  },
  exclusions: {
    type: 'von anderer Art',
    notInScope: 'außerhalb des Bereichs',
    hidden: 'ausgeblendet',
    disabled: 'deaktiviert',
    guest: 'Gäste',
    withoutPhone: 'ohne Telefonnummer',
    withoutEmail: 'ohne E-Mail-Adresse',
    private: 'privat',
    withoutCategory: 'ohne gewählte Kategorie',
    contactList: 'Kontaktlisten',
    withoutName: 'ohne Namen',
    noContactSync: 'mit NoContactSync gekennzeichnet',
    withheld: 'auf Anordnung entfernt',
    notIncluded: 'in keiner Einschlussmenge',
    excluded: 'in einer Ausschlussmenge',
    unknownHidden: 'vielleicht ausgeblendet (nicht lesbar)',
    unknownMark: 'vielleicht gekennzeichnet (nicht lesbar)',
    unknownAttribute: 'mit nicht lesbarem Attribut',
  },
  skipped: {
    excluded: { text: 'von der Richtlinie ausgeschlossen', remedy: undefined },
    type: { text: 'von anderer Art', remedy: undefined },
    noMailboxSync: { text: 'mit NoMailboxSync gekennzeichnet', remedy: undefined },
    license: {
      text: 'über die Lizenz hinaus, nicht gefüllt',
      remedy: 'Eine Lizenz für mehr Postfächer erwerben oder weniger Postfächer wählen.',
    },
    notFound: {
      text: 'nicht gefunden',
      remedy: 'Die Adressen in der Richtlinie berichtigen oder entfernen.',
    },
    unknownMark: {
      text: 'ausgelassen, weil ihr Kennzeichen NoMailboxSync nicht lesbar war',
      remedy: 'Dem Konto erlauben, die benutzerdefinierten Attribute der Postfächer zu lesen.',
    },
    betweenSides: {
      text: 'nicht angetastet, weil jedes Verzeichnis sagt, dass sie auf der anderen Seite liegen',
      remedy:
        'Warten, bis die Verschiebung beendet ist und beide Verzeichnisse es wissen, oder berichtigen, wo sie liegen.',
    },
    perhapsMoved: {
      text: 'nicht angetastet, weil die Richtlinie sie nicht mehr nennt und sie vielleicht nur verschoben werden',
      remedy:
        'Warten, bis die Verschiebung beendet ist. Wen die Richtlinie weiter füllen soll, als Gruppe oder Adresse nennen; wen sie leeren soll, ausschließen.',
    },
  },
  notices: {
    folderRefused: {
      text: 'mit einem Ordner dieses Namens, den contactSync nicht angelegt hat',
      remedy: 'Diesen Ordner umbenennen oder folder.existing auf adopt oder use setzen.',
    },
    folderRenamedByUser: { text: 'mit unserem Ordner unter einem Namen des Benutzers', remedy: undefined },
    newerMark: {
      text: 'in Ruhe gelassen, weil ein neueres contactSync hineingeschrieben hat',
      remedy: 'Diese Installation aktualisieren.',
    },
    copyLeftAlone: { text: 'mit Kopien des Benutzers, die bleiben', remedy: undefined },
    userValueKept: { text: 'mit Werten des Benutzers, die bleiben', remedy: undefined },
    contested: {
      text: 'mit Werten, die immer wieder geändert werden; sie bleiben, wie sie sind',
      remedy: 'Nach einem anderen Programm suchen, das in den Ordner schreibt.',
    },
    userDeletionRespected: { text: 'ohne Kontakte, die der Benutzer gelöscht hat', remedy: undefined },
    lostMarkLeftAlone: {
      text: 'mit bearbeiteten Kontakten ohne unser Kennzeichen; sie bleiben dem Benutzer',
      remedy: 'Wo eine Person dadurch doppelt steht, kann der Benutzer den überflüssigen Kontakt löschen.',
    },
    deletionsHeldBack: {
      text: 'mit zurückgehaltenen Löschungen, weil unvollständig gelesen wurde',
      remedy: 'Beheben, was das vollständige Lesen verhindert hat; der nächste Lauf löscht sie.',
    },
    graceRunning: { text: 'mit Kontakten in der Schonfrist', remedy: undefined },
    editedContactKept: {
      text: 'mit vom Benutzer bearbeiteten Kontakten, die nicht endgültig verschwinden',
      remedy: undefined,
    },
    samePersonOfOtherPolicy: {
      text: 'mit Personen, die auch durch eine andere Richtlinie da sind',
      remedy: undefined,
    },
    writtenByOtherPolicy: {
      text: 'mit Personen, die eine andere Richtlinie des Ordners schreibt',
      remedy: undefined,
    },
    waitsForOtherPolicy: {
      text: 'bis zum nächsten Lauf einer anderen Richtlinie des Ordners aufgeschoben',
      remedy: undefined,
    },
    ambiguousAddress: {
      text: 'mit Personen, die sich innerhalb der Richtlinie eine Adresse teilen, nicht zusammengeführt',
      remedy: 'Jeder dieser Personen eine eigene E-Mail-Adresse geben.',
    },
    changedSinceRun: { text: 'mit seit dem Lauf geänderten Werten, die bleiben', remedy: undefined },
  },
  drift: {
    missing: 'fehlen',
    movedAway: 'in einen anderen Ordner verschoben',
    edited: 'bearbeitet',
    wrongFolder: 'in einem anderen Unterordner',
    twice: 'doppelt vorhanden',
    lostMark: 'ohne unser Kennzeichen',
    damagedMark: 'mit beschädigtem Kennzeichen',
    staleLedger: 'im Ledger anders verzeichnet',
    folderGone: 'Ordner verschwunden',
    folderUnmarked: 'Ordner ohne unser Kennzeichen',
    folderRenamed: 'Ordner vom Benutzer umbenannt',
    userValue: 'mit Werten des Benutzers',
    contested: 'mit Werten, die das Postfach immer wieder ändert',
    copied: 'vom Benutzer kopiert',
    copiedAway: 'in einen anderen Ordner kopiert',
  },
  labels: {
    started: 'Begonnen',
    ended: 'Beendet',
    took: 'Dauer',
    source: 'Quelle',
    leftOut: 'Ausgelassen',
    mailboxes: 'Postfächer',
    contacts: 'Kontakte',
    created: 'Neue Kontakte',
    adopted: 'Übernommen',
    updated: 'Geändert',
    deleted: 'Gelöscht',
    handedOver: 'Überlassen',
    failed: 'Fehlgeschlagen',
    unknown: 'Ergebnis unbekannt',
    photos: 'Fotos',
    joined: 'Hinzugekommen',
    left: 'Weggefallen',
    stateBefore: 'Jener Lauf',
    tried: 'Versucht',
    lastSuccess: 'Letzter Erfolg',
    lastRun: 'Letzter Lauf',
  },
  titles: {
    numbers: 'In Zahlen',
    plan: 'Was geplant ist',
    sinceLastRun: 'Seit dem letzten Lauf',
    brake: 'Die Bremse hat angehalten: nichts wurde geschrieben',
    problems: 'Was schiefging',
    remarks: 'Wissenswertes',
    mailboxes: 'Postfächer',
    changes: 'Änderungen',
    drift: 'Was von dem abweicht, was geschrieben wurde',
    driftLeft: 'Bleibt, wie es ist, nach den Regeln der Richtlinie',
  },
  verified: (mailboxes) => `${mailboxes.text} geprüft; nichts wurde geschrieben`,
  repair: 'Der erste Befehl zeigt, was eine Reparatur schreiben würde; der zweite repariert.',
  heads: {
    mailboxes: ['Postfach', 'Zustand'],
    changes: ['Kontakt', 'Änderung'],
  },
  csv: {
    separator: ';',
    head: ['Postfach', 'Kontakt', 'Änderung', 'Grund', 'Felder', 'Ergebnis'],
    cut: (more) => `${more} weitere Änderungen sind nicht aufgeführt`,
    fileName: 'aenderungen',
  },
  subject: (policy, headline) => `contactSync: ${policy}: ${headline}`,
  headline: {
    failed: 'der Lauf ist fehlgeschlagen',
    interrupted: 'der Lauf wurde unterbrochen',
    cancelled: 'der Lauf wurde abgebrochen',
    superseded: 'der Plan ist überholt',
    waits: 'wartet auf Ihre Freigabe',
    withErrors: (changes) => `mit Fehlern abgeschlossen, ${plural(changes, 'Änderung', 'Änderungen')}`,
    changes: (changes) => plural(changes, 'Änderung', 'Änderungen'),
    noChange: 'nichts geändert',
    drift: (contacts, mailboxes, all) =>
      `${plural(contacts, 'Kontakt weicht', 'Kontakte weichen')} in ${mailboxes.text} von ${plural(all, 'Postfach', 'Postfächern')} ab`,
    noDrift: (all) => `keine Abweichung in ${plural(all, 'Postfach', 'Postfächern')}`,
  },
  selected: (selected, objects) => `${selected.text} von ${plural(objects, 'Objekt', 'Objekten')} ausgewählt`,
  filled: (targets, found, leaving) =>
    `${targets.text} von ${found.text} zu füllen${leaving.number === 0 ? '' : `, ${leaving.text} nicht mehr in der Richtlinie`}`,
  rolledBackMailboxes: (targets) => `${targets.text}, in die der Lauf geschrieben hat`,
  before: (text) => `vorher: ${text}`,
  names: (names, more) => `${names.join(', ')}${more === 0 ? '' : ` und ${more} weitere`}`,
  photosWritten: (written, removed, failed) =>
    `${written.text} geschrieben${removed.number === 0 ? '' : `, ${removed.text} entfernt`}${failed.number === 0 ? '' : `, ${failed.text} fehlgeschlagen`}`,
  whoLooks: {
    run: 'der nächste Lauf sieht nach',
    rollback: 'den Lauf noch einmal zurücknehmen, um nachzusehen',
    cleanup: 'die nächste Bereinigung sieht nach',
  },
  withUnknownOutcome: 'mit unbekanntem Ergebnis',
  sourceIncomplete: {
    text: 'Die Quelle wurde nicht vollständig gelesen: nichts wird gelöscht.',
    remedy: 'Siehe oben, was schiefging; der nächste vollständige Lauf löscht, was zu löschen ist.',
  },
  mailboxesIncomplete: {
    text: 'Die Liste der Postfächer wurde nicht vollständig gelesen: nichts wird gelöscht.',
    remedy: 'Siehe oben, was schiefging; der nächste vollständige Lauf löscht, was zu löschen ist.',
  },
  brake: {
    intro: 'Es würde mehr weggenommen, als die Richtlinie ohne einen Menschen erlaubt:',
    people: (count, base, limit) =>
      `${plural(count, 'Person', 'Personen')} von ${base.text} ${count.number === 1 ? 'ist' : 'sind'} nicht mehr ausgewählt (Grenze ${limit})`,
    mailboxes: (count, base, limit) =>
      `${plural(count, 'Postfach', 'Postfächer')} von ${base.text} ${count.number === 1 ? 'gehört nicht mehr zur Richtlinie und würde' : 'gehören nicht mehr zur Richtlinie und würden'} geleert (Grenze ${limit})`,
    emptied: (count, base, limit) =>
      `${plural(count, 'Postfach', 'Postfächer')} von ${base.text} ${count.number === 1 ? 'verlöre' : 'verlören'} Kontakte (${limit === undefined ? 'das wartet immer auf einen Menschen' : `Grenze ${limit}`})`,
    mailbox: (mailbox, count, base, limit) =>
      `${mailbox} verlöre ${plural(count, 'Kontakt', 'Kontakte')} von ${base.text}, von Personen, die seit dem letzten Lauf nicht ausgeschieden sind (Grenze ${limit})`,
    someMailbox: 'ein Postfach',
    approve: 'Sehen Sie sich den Plan an und geben Sie ihn, wenn er richtig ist, innerhalb von 7 Tagen frei:',
    otherwise: 'Andernfalls die Richtlinie berichtigen und neu laufen lassen; dieser Plan ist dann überholt.',
    otherwiseCancel: 'Andernfalls den Plan verwerfen: contactsync cancel',
  },
  times: (count, text) => (count.number === 1 ? text : `${count.text} × ${text}`),
  mailboxCount: (count, text) => `${plural(count, 'Postfach', 'Postfächer')} ${text}`,
  more: (count) => `und ${count.text} weitere`,
  csvAttached: {
    whole: 'Alle Änderungen stehen in der angehängten Tabelle.',
    cut: 'Die ersten Änderungen stehen in der angehängten Tabelle; mehr passen nicht in eine E-Mail.',
  },
  duration: (seconds) =>
    seconds < 120
      ? `${Math.max(1, Math.round(seconds))} s`
      : seconds < 5400
        ? `${Math.round(seconds / 60)} min`
        : `${(seconds / 3600).toFixed(1).replace('.', ',')} h`,
  footer: (run, revision, environment) => [
    `Lauf ${run}, Fassung ${revision} der Richtlinie, Umgebung ${environment}.`,
    `Der ganze Bericht: contactsync run show ${run.slice(0, 8)}`,
    'Sie erhalten diese Nachricht, weil die Richtlinie Sie in report.recipients nennt.',
  ],
  notBegun: {
    headline: 'ein Lauf konnte nicht beginnen',
    summary: (policy) =>
      `Ein Lauf der Richtlinie „${policy}“ war fällig und konnte nicht beginnen. Er wird wieder versucht, wenn er das nächste Mal fällig ist.`,
    footer: (environment) => [
      `Umgebung ${environment}.`,
      'Sie erhalten diese Nachricht, einmal am Tag für jeden Grund, weil die Richtlinie Sie in report.recipients nennt.',
    ],
  },
  alert: {
    headline: (number) => `seit ${days(number)} ohne Erfolg`,
    summary: (number, policy) =>
      `Die Richtlinie „${policy}“ war seit ${days(number)} nicht erfolgreich: Kontakte in den Postfächern sind vielleicht veraltet.`,
    never: 'nie',
    noRun: 'Es gab keinen Lauf.',
    remedyTitle: 'Was zu tun ist',
    remedy:
      'Die letzten Läufe ansehen, beheben, was sie aufgehalten hat, und die Richtlinie neu laufen lassen:',
    footer: (environment) => [
      `Umgebung ${environment}.`,
      'Sie erhalten diese Nachricht, weil die Richtlinie Sie in report.recipients nennt und report.alertAfterDays setzt.',
    ],
  },
  failure: germanFailure,
};
