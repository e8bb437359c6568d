// Under which the backups of these tests carry their key; for the process that is killed, too.

export const PASSPHRASE = 'correct horse battery';
