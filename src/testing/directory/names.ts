/** Where people come from: names as they are written there, and the office they are likely to work in. */
export interface Culture {
  country: string;
  usageLocation: string;
  language: string;
  dialing: string;
  offices: readonly Office[];
  given: readonly Name[];
  family: readonly Name[];
  /** Family name first, as in Chinese, Japanese, Korean and Hungarian. */
  familyFirst: boolean;
}

export interface Office {
  city: string;
  state: string | null;
  postalCode: string;
  street: string;
}

export interface Name {
  written: string;
  /** As it stands in a user principal name: ASCII, lower case. */
  latin: string;
}

// Letters that Unicode decomposition leaves alone.
const folded: Record<string, string> = { ø: "o", ł: "l", đ: "d", ß: "ss", æ: "ae", œ: "oe", ı: "i", ð: "d", þ: "th" };

/** A name as mail addresses have it: `Zoë O'Brien` → `zoe.obrien`. */
export function mailName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[øłđßæœıðþ]/g, (letter) => folded[letter]!)
    .normalize("NFD")
    .replace(/\s+/g, ".")
    .replace(/[^a-z0-9.-]/g, "");
}

/** `Ana Jean-Luc 太郎/taro De_Vries`: blank between names, `_` for a blank inside one, `/` before a romanisation. */
function names(list: string): Name[] {
  return list.split(" ").map((entry) => {
    const [written = "", latin] = entry.replaceAll("_", " ").split("/");
    return { written, latin: latin ?? mailName(written).replaceAll(".", "") };
  });
}

function office(city: string, state: string | null, postalCode: string, street: string): Office {
  return { city, state, postalCode, street };
}

function culture(
  place: [country: string, usageLocation: string, language: string, dialing: string],
  offices: readonly Office[],
  given: string,
  family: string,
  familyFirst = false,
): Culture {
  const [country, usageLocation, language, dialing] = place;
  return {
    country,
    usageLocation,
    language,
    dialing,
    offices,
    given: names(given),
    family: names(family),
    familyFirst,
  };
}

export const cultures: readonly Culture[] = [
  culture(
    ["United States", "US", "en-US", "+1"],
    [
      office("Seattle", "WA", "98101", "1420 Fifth Avenue"),
      office("Austin", "TX", "78701", "98 San Jacinto Boulevard"),
    ],
    "Ava Denise Marcus Jordan Grace Tyler Naomi Caleb Imani Wyatt Latoya Preston Harper DeShawn Joanna Elijah Megan Curtis Savannah Noah",
    "Whitaker Coleman Hayes Dawson Sullivan Washington Brooks Ramsey Fletcher Jefferson Mercer Pruitt Langford Beckett Holloway Tate McAllister Kessler Boone Sawyer",
  ),
  culture(
    ["Ireland", "IE", "en-IE", "+353"],
    [office("Dublin", "Leinster", "D02 X285", "70 Sir John Rogerson's Quay")],
    "Aoife Ciarán Niamh Seán Róisín Eoin Siobhán Pádraig Gráinne Oisín Méabh Fionn Caoimhe Tadhg Saoirse Declan",
    "O'Brien O'Sullivan Ó_Murchú Ní_Dhomhnaill McCarthy Doyle O'Neill Gallagher Fitzgerald Kavanagh O'Connor Nolan Quinn Byrne Mac_Gabhann D'Arcy",
  ),
  culture(
    ["Germany", "DE", "de-DE", "+49"],
    [
      office("München", "Bayern", "80807", "Walter-Gropius-Straße 5"),
      office("Köln", "Nordrhein-Westfalen", "50678", "Holzmarkt 2a"),
    ],
    "Jürgen Anneliese Björn Käthe Matthias Sören Heike Lukas Hannelore Günther Lena Felix Ulrike Jörg Marlene Karl-Heinz Franziska Torsten",
    "Müller Schäfer Weiß Großmann Köhler Böhm Jäger Schröder Zimmermann Lehmann Krüger von_Bülow Hofmann Günzel Strauß Vogel Brandt Öztürk-Meyer",
  ),
  culture(
    ["France", "FR", "fr-FR", "+33"],
    [
      office("Lyon", "Auvergne-Rhône-Alpes", "69002", "12 rue de la République"),
      office("Issy-les-Moulineaux", "Île-de-France", "92130", "39 quai du Président-Roosevelt"),
    ],
    "Zoé Jean-Luc Maëlle François Hélène Thibault Chloé Gaëtan Inès Anaïs Rémi Margaux Loïc Océane Benoît Marie-Claude Noël Éloïse",
    "Lefèvre D'Alembert Béranger Châtelain Rousseau Le_Goff Mercier Garçon L'Hermite Fournier Bonnet Dubois Perrin Marchand Guérin N'Diaye Thévenet Aubert",
  ),
  culture(
    ["Spain", "ES", "es-ES", "+34"],
    [
      office("Madrid", "Comunidad de Madrid", "28223", "Paseo del Club Deportivo 1"),
      office("A Coruña", "Galicia", "15003", "Calle Real 22"),
    ],
    "José_María Begoña Iñaki Lucía Álvaro Núria Joaquín Pilar Íñigo Mónica Andrés Ainhoa Raúl Concepción Sofía Martín Rocío Jesús",
    "García_Lorca Muñoz Ibáñez Peña Núñez Etxeberria Castaño Vázquez Ordóñez Giménez Sáenz Domínguez Alarcón Quiñones Puig Bermúdez Zúñiga Roldán",
  ),
  culture(
    ["Brazil", "BR", "pt-BR", "+55"],
    [office("São Paulo", "SP", "04543-011", "Avenida Presidente Juscelino Kubitschek 1909")],
    "João Beatriz Thiago Conceição Luís Antônia Caio Vitória Otávio Taís Márcio Luíza Cauã Jussara Gonçalo Rosângela",
    "Assunção Guimarães Araújo Cavalcanti Conceição_Silva Magalhães Brandão Teixeira D'Ávila Nóbrega Falcão Simões Rezende Cordeiro Paixão Vilela",
  ),
  culture(
    ["Sweden", "SE", "sv-SE", "+46"],
    [office("Göteborg", "Västra Götalands län", "411 03", "Södra Hamngatan 29")],
    "Åsa Göran Märta Håkan Ingrid Östen Elsa Rasmus Ebba Torbjörn Linnéa Gösta Sigrid Nils Maj-Britt Jonatan",
    "Öberg Sjöström Lindqvist Åkesson Bergström Hägglund Nyström Sandberg Ekström Fältskog Söderlund Wallin Granqvist Hjärne Ljungberg Ståhl",
  ),
  culture(
    ["Poland", "PL", "pl-PL", "+48"],
    [
      office("Kraków", "małopolskie", "31-155", "ulica Krowoderska 8"),
      office("Łódź", "łódzkie", "90-361", "ulica Piotrkowska 270"),
    ],
    "Łukasz Małgorzata Grażyna Paweł Święcisława Michał Zofia Bogusław Jędrzej Agnieszka Kasia Stanisław Wojciech Bożena Róża Mieczysław",
    "Wójcik Dąbrowska Kowalczyk Żak Gołąb Wiśniewska Łuczak Szczepański Pawłowska Kaźmierczak Ślusarczyk Błaszczyk Zając Gręda Sikora Mróz",
  ),
  culture(
    ["Hungary", "HU", "hu-HU", "+36"],
    [office("Budapest", null, "1031", "Graphisoft park 3")],
    "Zsófia Gergő Dóra Bálint Eszter Ákos Réka Lőrinc Piroska Csaba Tünde Ödön Borbála Árpád",
    "Szűcs Kőszegi Horváth Gyöngyösi Farkas Bíró Hegedűs Vörös Lakatos Tóth Őry Csillag Balogh Szentgyörgyi",
    true,
  ),
  culture(
    ["Türkiye", "TR", "tr-TR", "+90"],
    [office("İstanbul", "İstanbul", "34340", "Levazım Mahallesi, Koru Sokağı 2")],
    "Ayşe Çağlar Gülşen Oğuz Şebnem İbrahim Işıl Ümit Özlem Tuğba Emre Sıla Doğan Nilüfer",
    "Yıldız Çelik Şahin Gökçe Kılıç Aydoğan Tunç Erdoğmuş Çiftçi Güneş Özdemir Işık Bağcı Sönmez",
  ),
  culture(
    ["Ukraine", "UA", "uk-UA", "+380"],
    [office("Київ", null, "01033", "вулиця Жилянська 75")],
    "Олена/olena Тарас/taras Соломія/solomiia Богдан/bohdan Оксана/oksana Юрій/yurii Дарина/daryna Мар'яна/mariana Остап/ostap Ганна/hanna Ігор/ihor Лев/lev",
    "Шевченко/shevchenko Коваль/koval Лук'яненко/lukianenko Бойко/boiko Гончар/honchar Мельник/melnyk Сковорода/skovoroda Хмара/khmara Дзюба/dziuba Їжак/yizhak Білик/bilyk Орлик/orlyk",
  ),
  culture(
    ["Nigeria", "NG", "en-NG", "+234"],
    [office("Lagos", "Lagos", "101233", "8 Kasumu Ekemode Street")],
    "Chinedu Adaeze Olúwaṣeun Folasade Emeka Ngozi Babatunde Yetunde Ifeanyi Zainab Tóbi Uchenna Halima Obinna Temitope Amarachi",
    "Okafor Adébáyọ̀ Nwosu Balogun Eze Abubakar Ọlátúnjí Ibekwe Onyeka Adeyemi Danjuma Okonkwo Bello Uzoma Akintola Nnamdi",
  ),
  culture(
    ["India", "IN", "en-IN", "+91"],
    [
      office("Bengaluru", "Karnataka", "560103", "Outer Ring Road, Bellandur"),
      office("Hyderabad", "Telangana", "500032", "ISB Road, Gachibowli"),
    ],
    "Aarav Lakshmi Rohan Priyanka Vikram Ananya Harpreet Meenakshi Arjun Kavita Siddharth Nandini Farhan Deepa Gurpreet Ishita Rajesh Padma",
    "Venkataraman Iyer Deshpande Chatterjee Singh Kulkarni Mukherjee Reddy Banerjee Khan Subramaniam Joshi Nair Gill Bhattacharya Mehta Pillai Rao",
  ),
  culture(
    ["United Arab Emirates", "AE", "ar-AE", "+971"],
    [office("دبي", null, "73030", "Building 8, Dubai Internet City")],
    "محمد/mohammed فاطمة/fatima خالد/khalid نورة/noura يوسف/yousef مريم/maryam سلطان/sultan ليلى/layla عمر/omar هند/hind راشد/rashid أمل/amal",
    "المنصوري/almansoori الهاشمي/alhashimi بن_زايد/binzayed الكتبي/alketbi الشامسي/alshamsi حداد/haddad النعيمي/alnuaimi خوري/khoury الزعابي/alzaabi المري/almarri صباغ/sabbagh درويش/darwish",
  ),
  culture(
    ["China", "CN", "zh-CN", "+86"],
    [office("上海", "上海市", "200241", "紫星路999号")],
    "伟/wei 秀英/xiuying 建国/jianguo 雨桐/yutong 子涵/zihan 丽华/lihua 志强/zhiqiang 晓明/xiaoming 思远/siyuan 婷/ting 浩然/haoran 佳怡/jiayi 国栋/guodong 雪/xue",
    "王/wang 李/li 欧阳/ouyang 赵/zhao 陈/chen 司马/sima 刘/liu 周/zhou 徐/xu 何/he 郭/guo 林/lin 罗/luo 曹/cao",
    true,
  ),
  culture(
    ["Japan", "JP", "ja-JP", "+81"],
    [office("東京都港区", "東京都", "108-0075", "港南2丁目16-3")],
    "太郎/taro 花子/hanako 健一/kenichi さくら/sakura 大輔/daisuke 美咲/misaki 翔太/shota 陽子/yoko 直樹/naoki 結衣/yui 拓也/takuya 恵/megumi 隆/takashi 葵/aoi",
    "佐藤/sato 鈴木/suzuki 高橋/takahashi 田中/tanaka 渡辺/watanabe 伊藤/ito 山本/yamamoto 中村/nakamura 小林/kobayashi 加藤/kato 吉田/yoshida 山田/yamada 斎藤/saito 松本/matsumoto",
    true,
  ),
  culture(
    ["Korea", "KR", "ko-KR", "+82"],
    [office("서울", null, "03142", "종로1길 50")],
    "민준/minjun 서연/seoyeon 지훈/jihoon 하은/haeun 도윤/doyun 수빈/subin 예준/yejun 지우/jiwoo 현우/hyunwoo 유진/yujin 성민/sungmin 은지/eunji",
    "김/kim 박/park 최/choi 정/jung 강/kang 조/cho 윤/yoon 장/jang 임/lim 한/han 오/oh 남궁/namgung",
    true,
  ),
  culture(
    ["Vietnam", "VN", "vi-VN", "+84"],
    [office("Hà Nội", null, "100000", "Số 54 Liễu Giai")],
    "Thảo Đức Hương Tuấn Ngọc Phúc Quỳnh Dũng Thủy Khánh Mỹ Lộc Hải Trâm",
    "Nguyễn Trần Phạm Huỳnh Đặng Bùi Đỗ Hồ Ngô Dương Lý Vũ Phan Trịnh",
    true,
  ),
];
