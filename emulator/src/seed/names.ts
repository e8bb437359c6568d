// Names of the seeded people by culture: as written, and in Latin letters where addresses need them.

export interface Name {
  readonly written: string;
  /** Lower case, letters a to z only. */
  readonly latin: string;
}

export interface Culture {
  readonly code: 'de' | 'en' | 'cs' | 'pt' | 'ja' | 'ar' | 'he';
  readonly weight: number;
  readonly firstNames: readonly Name[];
  readonly lastNames: readonly Name[];
  /** Japanese names are written surname first. */
  readonly isSurnameFirst: boolean;
}

const replacements: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };

/** Words, or `written=latin` where the letters do not tell. */
function names(text: string): readonly Name[] {
  return text
    .trim()
    .split(/\s*,\s*/)
    .map((entry) => {
      const [written = '', latin] = entry.split('=');
      return { written, latin: latin ?? latinOf(written) };
    });
}

function latinOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[äöüß]/g, (letter) => replacements[letter] ?? letter)
    .normalize('NFD')
    .replaceAll(/[^a-z]/g, '');
}

export const cultures: readonly Culture[] = [
  {
    code: 'de',
    weight: 36,
    isSurnameFirst: false,
    firstNames: names(
      'Anna, Jürgen, Günther, Käthe, Björn, Sören, Thomas, Sabine, Jörg, Ute, Michael, Lena, Stefan, Heike, Karl-Heinz, Anneliese, Uwe, Birgit, Matthias, Franziska, Rüdiger, Bärbel, Moritz, Frauke',
    ),
    lastNames: names(
      'Müller, Schmidt, Weiß, Schröder, Großmann, Köhler, Jäger, Fuchs, Böhm, von der Heyden, Lang, Strauß, Krüger, Meyer-Lübke, Öztürk, Zöllner, Voß, Huber, Bauer, Lindenthal, Hübner, Wächter, Brückner, Süßmilch',
    ),
  },
  {
    code: 'en',
    weight: 20,
    isSurnameFirst: false,
    firstNames: names(
      'Alice, Oliver, Siobhán, Liam, Grace, Noah, Emma, Jack, Zoë, Ethan, Charlotte, Aidan, Mary-Jane, Dwayne, Renée, Seán',
    ),
    lastNames: names(
      "O'Brien, Smith, MacGregor, Taylor, Fitzgerald-Jones, D'Angelo, Brown, Wilson, St. John, Adeyemi, Nguyen, Walker, Okafor, Lee, Van Buren, Núñez",
    ),
  },
  {
    code: 'cs',
    weight: 15,
    isSurnameFirst: false,
    firstNames: names(
      'Jiří, Lukáš, Tomáš, Ondřej, Václav, Zdeněk, Bořivoj, Jan, Petr, Matěj, Radomír, Vítězslav, Řehoř, Ladislav',
    ),
    lastNames: names(
      'Novák, Dvořák, Černý, Procházka, Šťastný, Křížek, Růžička, Žižka, Hájek, Vlček, Říha, Ďuriš, Němec, Havlíček',
    ),
  },
  {
    code: 'pt',
    weight: 10,
    isSurnameFirst: false,
    firstNames: names(
      'João, Inês, Gonçalo, Conceição, António, Beatriz, Luís, Mónica, Tomé, Fátima, Simão, Lúcia',
    ),
    lastNames: names(
      'da Silva, Gonçalves, dos Santos, Magalhães, Simões, Araújo e Sá, Pereira, Vasconcelos, Leitão, Conceição Brandão',
    ),
  },
  {
    code: 'ja',
    weight: 8,
    isSurnameFirst: true,
    firstNames: names(
      '太郎=taro, 花子=hanako, 健一=kenichi, 美咲=misaki, 翔太=shota, さくら=sakura, 陽子=yoko, 大輔=daisuke, 葵=aoi, 蓮=ren',
    ),
    lastNames: names(
      '山田=yamada, 佐藤=sato, 鈴木=suzuki, 高橋=takahashi, 渡邉=watanabe, 齋藤=saito, 小林=kobayashi, 髙木=takagi, 森=mori, 𠮷田=yoshida',
    ),
  },
  {
    code: 'ar',
    weight: 6,
    isSurnameFirst: false,
    firstNames: names(
      'محمد=mohammed, فاطمة=fatima, أحمد=ahmad, ليلى=layla, يوسف=yousef, نور=nour, عمر=omar, مريم=mariam',
    ),
    lastNames: names(
      'الأحمد=alahmad, المصري=almasri, حداد=haddad, بن سعيد=binsaid, الشامي=alshami, خوري=khoury, عبد الله=abdullah, النجار=alnajjar',
    ),
  },
  {
    code: 'he',
    weight: 5,
    isSurnameFirst: false,
    firstNames: names(
      'דוד=david, שרה=sarah, יוסף=yosef, נועה=noa, אורי=uri, מיכל=michal, איתן=eitan, תמר=tamar',
    ),
    lastNames: names(
      'כהן=cohen, לוי=levi, מזרחי=mizrahi, פרץ=peretz, ביטון=biton, בן־דוד=bendavid, אזולאי=azoulay, שפירא=shapira',
    ),
  },
];
