// Who may import whom (docs/decisions/0001). Each edge has a name and says why. Tests may reach further than the code
// beside them: they put fakes and the real thing together.

const test = '\\.test\\.ts$|/testing/';
const product = '^src/';

/** @param {string} name @param {string} comment @param {string} from @param {string[]} allowed */
function only(name, comment, from, allowed) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from, pathNot: test },
    to: { path: '^(src|contract|web|emulator|test|tools)/', pathNot: [from, ...allowed] },
  };
}

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle has no top from which to read it.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('model-knows-nothing', 'The nouns; types of the documents come from the contract.', '^src/model/', [
      '^contract/src/',
    ]),
    {
      name: 'model-takes-only-types',
      comment: 'Decision 0002: the contract lends the model types, never logic.',
      severity: 'error',
      from: { path: '^src/model/', pathNot: test },
      to: { path: '^contract/', dependencyTypesNot: ['type-only'] },
    },
    only('core-is-pure', 'Decisions are made from values alone.', '^src/core/', ['^src/model/', '^contract/src/']),
    {
      name: 'core-has-no-io',
      comment: 'No file, network or clock below a decision; hashing is the one exception.',
      severity: 'error',
      from: { path: '^src/core/', pathNot: [test, '^src/core/fingerprint\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-uses-no-io-packages',
      comment: 'Only packages that compute.',
      severity: 'error',
      from: { path: '^src/core/', pathNot: test },
      to: { path: 'node_modules/', pathNot: 'node_modules/(croner|libphonenumber-js|re2js)/' },
    },
    only('ports-know-the-model', 'A port is a promise about nouns.', '^src/ports/', ['^src/model/']),
    only('engine-joins-core-and-ports', 'The engine cannot tell which connector it holds.', '^src/engine/', [
      '^src/(core|ports|model)/',
    ]),
    only('connectors-stand-alone', 'A connector owns its protocol and nothing else.', '^src/connectors/', [
      '^src/(ports|model)/',
    ]),
    {
      name: 'connectors-do-not-know-each-other',
      comment: 'Only http, entra, graph-client, contact-folder, ldap-client and exchange-http are shared.',
      severity: 'error',
      from: { path: '^src/connectors/([^/]+)/', pathNot: test },
      to: {
        path: '^src/connectors/',
        pathNot: ['^src/connectors/$1/', '^src/connectors/(http|entra|graph-client|contact-folder|ldap-client|exchange-http)/'],
      },
    },
    only('store-implements-ports', 'Storage knows documents by their schema.', '^src/store/', [
      '^src/(ports|model)/',
      '^contract/src/',
    ]),
    only('scheduler-knows-the-clock', 'Runs a policy through a function it is given.', '^src/scheduler/', [
      '^src/(core|ports|model)/',
    ]),
    only('license-implements-a-port', 'Reads and says; decides nothing.', '^src/license/', ['^src/(ports|model)/']),
    only('monitoring-implements-a-port', 'Shows counts that it is given.', '^src/monitoring/', ['^src/(ports|model)/']),
    only('certificates-know-the-model', 'Making and reading certificates is no business of others.', '^src/certificates/', [
      '^src/(ports|model)/',
    ]),
    only('operations-join-engine-and-contract', 'What a person asks, in process.', '^src/operations/', [
      '^src/(engine|scheduler|core|ports|model|certificates)/',
      '^contract/src/',
    ]),
    only('cli-knows-the-contract', 'The command line works as well over HTTP.', '^src/cli/', ['^contract/src/']),
    only('contract-knows-nothing', 'Schemas and types, no logic.', '^contract/', []),
    only('emulator-stands-alone', 'A shared mistake would make both sides agree on a wrong contact.', '^emulator/', []),
    {
      name: 'nobody-imports-the-emulator',
      comment: 'The product meets it over the wire only.',
      severity: 'error',
      from: { path: product, pathNot: test },
      to: { path: '^emulator/' },
    },
    {
      name: 'only-main-imports-composition',
      comment: 'What puts connectors together belongs to the composition root.',
      severity: 'error',
      from: { path: product, pathNot: ['^src/main\\.ts$', '^src/composition/', test] },
      to: { path: '^src/composition/' },
    },
    {
      name: 'only-bin-imports-main',
      comment: 'main.ts is the composition root.',
      severity: 'error',
      from: { path: product, pathNot: ['^src/bin\\.ts$', test] },
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'product-does-not-import-tests-or-tools',
      comment: 'They are not shipped.',
      severity: 'error',
      from: { path: product, pathNot: test },
      to: { path: '^(test|tools)/' },
    },
    {
      name: 'no-unlisted-package',
      comment: 'Every dependency is pinned in package.json.',
      severity: 'error',
      from: { path: '^(src|contract|emulator)/', pathNot: test },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'], exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
