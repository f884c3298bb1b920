//! Names with the spellings under which they are met, and how invented names are written.
//!
//! Each entry is `spelling/spelling/…|in its own script`. The common come first.

pub const ARABIC_MEN: &[&str] = &[
    "Mohammed/Muhammad/Mohamed/Mohammad|محمد", "Ahmad/Ahmed|أحمد", "Ali/Aly|علي", "Mahmoud/Mahmud/Mahmood|محمود",
    "Omar/Umar|عمر", "Hassan/Hasan|حسن", "Hussein/Husain/Hussain/Houssein|حسين", "Ibrahim/Ibraheem/Brahim|إبراهيم",
    "Khaled/Khalid|خالد", "Youssef/Yusuf/Yousif/Yousef|يوسف", "Abdullah/Abdallah/Abdulla|عبدالله",
    "Mustafa/Mostafa/Moustafa|مصطفى", "Samir/Sameer|سمير", "Tarek/Tariq/Tareq|طارق", "Said/Saeed/Sayed|سعيد",
    "Bilal/Belal|بلال", "Ismail/Ismael/Esmail|إسماعيل", "Jamal/Gamal/Djamal|جمال", "Karim/Kareem|كريم",
    "Nabil/Nabeel|نبيل", "Rashid/Rasheed/Rachid|رشيد", "Salim/Saleem/Selim|سليم", "Yasin/Yassin/Yaseen|ياسين",
    "Ziad/Ziyad|زياد", "Fadi/Fady|فادي", "Ghassan/Gassan|غسان", "Haitham/Haytham|هيثم", "Imad/Emad|عماد",
    "Jalal/Galal|جلال", "Louay/Luay/Loay|لؤي", "Majid/Majed/Maged|ماجد", "Nasser/Nasir/Naser|ناصر",
    "Qasim/Kassem/Qassem|قاسم", "Rami/Ramy|رامي", "Sami/Samy|سامي", "Wael/Wail|وائل", "Zakaria/Zakariya|زكريا",
    "Anas/Anass|أنس", "Bassam/Basam|بسام", "Fares/Faris|فارس", "Hamza/Hamzah|حمزة", "Idris/Idriss/Edris|إدريس",
    "Marwan/Marouan|مروان", "Osama/Usama/Oussama|أسامة", "Saleh/Salih|صالح", "Suleiman/Sulayman/Soliman|سليمان",
    "Taha/Taher|طه", "Walid/Waleed/Oualid|وليد", "Yahya/Yehia|يحيى", "Adel/Adil|عادل", "Amer/Amir|عامر",
];
pub const ARABIC_WOMEN: &[&str] = &[
    "Fatima/Fatma/Fatimah|فاطمة", "Aisha/Aicha/Aysha|عائشة", "Maryam/Mariam/Meriem|مريم", "Zainab/Zaynab/Zeinab|زينب",
    "Khadija/Khadijah/Hadija|خديجة", "Amina/Aminah|أمينة", "Nour/Noor/Nur|نور", "Huda/Hoda/Houda|هدى",
    "Layla/Leila/Laila|ليلى", "Salma/Selma|سلمى", "Rania/Raniya|رانيا", "Hanan/Hanane|حنان", "Iman/Eman|إيمان",
    "Samira/Sameera|سميرة", "Nadia/Nadiya|نادية", "Sara/Sarah|سارة", "Rima/Reema|ريما", "Dina/Deena|دينا",
    "Asma/Asmaa|أسماء", "Ghada/Gada|غادة", "Hala/Halah|هالة", "Jamila/Djamila|جميلة", "Karima/Kareema|كريمة",
    "Lina/Leena|لينا", "Manal/Manale|منال", "Nawal/Naoual|نوال", "Rasha/Racha|رشا", "Sana/Sanaa|سناء",
    "Wafa/Wafaa|وفاء", "Yasmin/Yasmine/Jasmin|ياسمين", "Zahra/Zahraa|زهراء", "Abir/Abeer|عبير", "Basma/Besma|بسمة",
    "Duaa/Doaa|دعاء", "Farah/Farrah|فرح", "Hiba/Heba|هبة", "Inas/Enas|إيناس", "Kawthar/Kaouther|كوثر",
    "Maha/Mahaa|مها", "Nisreen/Nesrine|نسرين", "Rahma/Rahmah|رحمة", "Shaima/Chaima|شيماء", "Souad/Suad|سعاد",
];
pub const ARABIC_FAMILIES: &[&str] = &[
    "Al-Hassan/Alhasan/El Hassan|الحسن", "Al-Ahmad/Alahmad|الأحمد", "Al-Khatib/Alkhateeb/El Khatib|الخطيب",
    "Haddad/Hadad|حداد", "Al-Masri/Almasri/El Masry|المصري", "Hamdan/Hamdane|حمدان", "Darwish/Darwich|درويش",
    "Al-Sayed/Elsayed|السيد", "Najjar/Nejjar/Al-Najjar|نجار", "Khalil/Khaleel|خليل", "Al-Omari/Alomari|العمري",
    "Shaheen/Chahine/Shahin|شاهين", "Mansour/Mansur/Mansoor|منصور", "Al-Jabouri/Aljuburi|الجبوري",
    "Sabbagh/Sabagh|صباغ", "Qasem/Kassem|قاسم", "Al-Ali/Alali|العلي", "Barakat/Barakate|بركات",
    "Zaid/Zayd|زيد", "Al-Rashid/Alrasheed|الرشيد", "Saleh/Salih|صالح", "Hijazi/Hegazy|حجازي", "Awad/Awadh|عوض",
    "Taha/Taher|طه", "Issa/Eissa/Aissa|عيسى", "Othman/Osman/Uthman|عثمان", "Al-Tayeb/Eltayeb|الطيب",
    "Ghanem/Ghanim|غانم", "Daoud/Dawood/Dawud|داود", "Nasrallah/Nasralla|نصرالله",
];
pub const PERSIAN_MEN: &[&str] = &[
    "Mohammad/Mohammed|محمد", "Ahmad/Ahmed|احمد", "Reza/Riza|رضا", "Mehdi/Mahdi|مهدی", "Hamid/Hameed|حمید",
    "Farhad/Farhaad|فرهاد", "Jawad/Javad|جواد", "Najib/Najeeb|نجیب", "Rahim/Raheem|رحیم", "Zabihullah/Zabiullah|ذبیح‌الله",
    "Esmatullah/Asmatullah|عصمت‌الله", "Habib/Habeeb|حبیب", "Gulab/Golab|گلاب", "Parwiz/Parviz|پرویز",
    "Qadir/Ghader|قادر", "Sharif/Shareef|شریف", "Wahid/Waheed/Vahid|وحید", "Yaqub/Yaghoub/Yaqoub|یعقوب",
    "Zalmai/Zalmay|زلمی", "Nasim/Naseem|نسیم", "Ghulam/Gholam|غلام", "Baryalai/Baryalay|بریالی", "Temur/Taimur/Teymour|تیمور",
    "Asif/Asef|آصف", "Bashir/Basheer|بشیر", "Daud/Dawood|داود", "Fazel/Fazl|فاضل", "Hekmat/Hikmat|حکمت",
];
pub const PERSIAN_WOMEN: &[&str] = &[
    "Fatima/Fatemeh/Fatema|فاطمه", "Zahra/Zohra|زهرا", "Maryam/Mariam|مریم", "Shabnam/Shabnum|شبنم",
    "Parwana/Parvaneh|پروانه", "Laila/Leyla/Leila|لیلا", "Nargis/Narges|نرگس", "Roya/Ruya|رویا", "Soraya/Suraya|ثریا",
    "Yasamin/Yasmin|یاسمین", "Freshta/Fereshteh|فرشته", "Gulalai/Golalai|گلالی", "Homa/Huma|هما", "Kobra/Kubra|کبرا",
    "Malika/Maleka|ملیکه", "Nazanin/Naznin|نازنین", "Palwasha/Palwasheh|پلوشه", "Razia/Raziya|راضیه", "Shukria/Shokria|شکریه",
    "Wazhma/Wajma|وژمه", "Zarghuna/Zarghoona|زرغونه", "Masuma/Masoumeh|معصومه", "Sakina/Sakineh|سکینه", "Hamida/Hamideh|حمیده",
];
pub const PERSIAN_FAMILIES: &[&str] = &[
    "Ahmadi/Ahmady|احمدی", "Mohammadi/Muhammadi|محمدی", "Hosseini/Hussaini/Husseini|حسینی", "Rezai/Rezaei/Rezaie|رضایی",
    "Haidari/Heydari|حیدری", "Karimi/Kareemi|کریمی", "Noori/Nouri/Nuri|نوری", "Rahimi/Raheemi|رحیمی",
    "Azizi/Azizy|عزیزی", "Sharifi/Shareefi|شریفی", "Yousufzai/Yusufzai/Yousafzai|یوسفزی", "Stanekzai/Stanikzai|ستانکزی",
    "Popal/Popalzai|پوپل", "Wardak/Vardak|وردک", "Qaderi/Ghaderi/Qadiri|قادری", "Jafari/Jaffari|جعفری",
    "Sadat/Sadaat|سادات", "Amiri/Ameeri|امیری", "Hakimi/Hakeemi|حکیمی", "Mousavi/Musavi|موسوی",
];
pub const CYRILLIC_MEN: &[&str] = &[
    "Oleksandr/Alexander/Olexandr|Олександр", "Serhii/Sergei/Sergiy|Сергій", "Volodymyr/Vladimir|Володимир",
    "Andrii/Andriy/Andrey|Андрій", "Mykola/Nikolai|Микола", "Dmytro/Dmitry|Дмитро", "Ivan/Iwan|Іван",
    "Yurii/Yuriy/Juri|Юрій", "Oleh/Oleg|Олег", "Vasyl/Wasyl/Vasil|Василь", "Viktor/Victor|Віктор", "Ihor/Igor|Ігор",
    "Petro/Pyotr|Петро", "Taras/Tarass|Тарас", "Yevhen/Evgeny/Yevgen|Євген", "Bohdan/Bogdan|Богдан",
    "Artem/Artyom|Артем", "Maksym/Maxim|Максим", "Roman/Romann|Роман", "Pavlo/Pavel|Павло", "Denys/Denis|Денис",
    "Vitalii/Vitaliy/Vitaly|Віталій", "Anatolii/Anatoly|Анатолій", "Stepan/Stephan|Степан", "Danylo/Danilo|Данило",
];
pub const CYRILLIC_WOMEN: &[&str] = &[
    "Olena/Elena/Helena|Олена", "Oksana/Oxana|Оксана", "Natalia/Nataliya/Nataliia|Наталія", "Iryna/Irina|Ірина",
    "Svitlana/Svetlana|Світлана", "Tetiana/Tetyana/Tatiana|Тетяна", "Olha/Olga|Ольга", "Liudmyla/Ludmila/Lyudmila|Людмила",
    "Mariia/Maria/Mariya|Марія", "Anna/Hanna|Анна", "Kateryna/Ekaterina/Katerina|Катерина", "Yuliia/Yulia/Julia|Юлія",
    "Viktoriia/Victoria|Вікторія", "Anastasiia/Anastasia|Анастасія", "Halyna/Galina|Галина", "Nadiia/Nadia|Надія",
    "Larysa/Larissa|Лариса", "Daria/Darya|Дарія", "Sofiia/Sofia|Софія", "Valentyna/Valentina|Валентина",
    "Solomiia/Solomia|Соломія", "Zoriana/Zoryana|Зоряна", "Alla/Ala|Алла", "Lesia/Lesya|Леся",
];
pub const CYRILLIC_FAMILIES: &[&str] = &[
    "Melnyk/Melnik|Мельник", "Shevchenko/Schewtschenko|Шевченко", "Boiko/Boyko|Бойко", "Kovalenko/Kowalenko|Коваленко",
    "Bondarenko/Bondarenco|Бондаренко", "Tkachenko/Tkatschenko|Ткаченко", "Kovalchuk/Kowaltschuk|Ковальчук",
    "Kravchenko/Krawtschenko|Кравченко", "Oliinyk/Oliynyk/Oleinik|Олійник", "Shevchuk/Chevtchouk|Шевчук",
    "Koval/Kowal|Коваль", "Polishchuk/Polischuk|Поліщук", "Savchenko/Sawtschenko|Савченко", "Rudenko/Roudenko|Руденко",
    "Marchenko/Martschenko|Марченко", "Lysenko/Lisenko|Лисенко", "Petrenko/Petrenco|Петренко", "Moroz/Moros|Мороз",
    "Klymenko/Klimenko|Клименко", "Pavlenko/Pawlenko|Павленко", "Hrytsenko/Gritsenko|Гриценко", "Zhuk/Schuk|Жук",
];
pub const SPANISH_MEN: &[&str] = &[
    "José/Jose|José", "Carlos|Carlos", "Luis|Luis", "Juan|Juan", "Jesús/Jesus|Jesús", "Miguel|Miguel", "Pedro|Pedro",
    "Ángel/Angel|Ángel", "Rafael|Rafael", "José Gregorio/Jose Gregorio|José Gregorio", "Juan Carlos|Juan Carlos",
    "Alejandro|Alejandro", "Andrés/Andres|Andrés", "Víctor/Victor|Víctor", "Ramón/Ramon|Ramón", "Héctor/Hector|Héctor",
    "Wilmer/Wilmar|Wilmer", "Yorman/Jorman|Yorman", "Edwin|Edwin", "Jhon/John/Jon|Jhon", "Óscar/Oscar|Óscar",
    "Kevin/Kelvin|Kevin", "Luis Alberto|Luis Alberto", "Franklin|Franklin", "Darwin|Darwin", "Néstor/Nestor|Néstor",
];
pub const SPANISH_WOMEN: &[&str] = &[
    "María/Maria|María", "Ana|Ana", "Carmen|Carmen", "Rosa|Rosa", "Luz|Luz", "Yuleisy/Yuleysi/Yulaisy|Yuleisy",
    "María José/Maria Jose|María José", "Ana María/Ana Maria|Ana María", "Gabriela|Gabriela", "Daniela|Daniela",
    "Andreína/Andreina|Andreína", "Yusmary/Yusmari|Yusmary", "Milagros|Milagros", "Génesis/Genesis|Génesis",
    "Elizabeth/Elisabeth|Elizabeth", "Mercedes|Mercedes", "Yolanda/Llolanda|Yolanda", "Sofía/Sofia|Sofía",
    "Beatriz/Beatris|Beatriz", "Lisbeth/Lizbeth|Lisbeth", "Karina/Carina|Karina", "Xiomara/Siomara|Xiomara",
];
pub const SPANISH_FAMILIES: &[&str] = &[
    "González/Gonzalez/Gonzales|González", "Rodríguez/Rodriguez|Rodríguez", "Pérez/Perez|Pérez", "Hernández/Hernandez|Hernández",
    "García/Garcia|García", "Martínez/Martinez|Martínez", "Sánchez/Sanchez|Sánchez", "López/Lopez|López",
    "Díaz/Diaz|Díaz", "Rojas/Roxas|Rojas", "Ramírez/Ramirez|Ramírez", "Romero|Romero", "Torres|Torres",
    "Medina|Medina", "Castillo|Castillo", "Mendoza|Mendoza", "Suárez/Suarez|Suárez", "Contreras|Contreras",
    "Quintero|Quintero", "Villalobos|Villalobos", "Zambrano/Sambrano|Zambrano", "Urdaneta|Urdaneta", "Briceño/Briceno|Briceño",
    "Márquez/Marquez|Márquez", "Chacón/Chacon|Chacón", "Uzcátegui/Uzcategui|Uzcátegui", "Colmenares|Colmenares",
];
pub const ETHIOPIC_MEN: &[&str] = &[
    "Tesfay/Tesfai|ተስፋይ", "Gebre/Ghebre|ገብረ", "Haile/Hayle|ሃይለ", "Abraham/Abreham|ኣብርሃም", "Mehari/Mehary|መሓሪ",
    "Kidane/Kidanie|ኪዳነ", "Berhane/Birhane|ብርሃነ", "Tekle/Tecle|ተክለ", "Yonas/Jonas|ዮናስ", "Dawit/David|ዳዊት",
    "Samuel/Samuail|ሳሙኤል", "Filmon/Philimon|ፊልሞን", "Solomon/Selomon|ሰለሞን", "Bereket/Beraket|በረከት", "Kibrom/Kibreab|ክብሮም",
    "Mulugeta/Mulgeta|ሙሉጌታ", "Getachew/Getachow|ጌታቸው", "Alemu/Alemo|ኣለሙ", "Tadesse/Taddese|ታደሰ", "Girma/Gyrma|ግርማ",
];
pub const ETHIOPIC_WOMEN: &[&str] = &[
    "Selam/Salam|ሰላም", "Letebrhan/Letebirhan|ለተብርሃን", "Azeb/Azieb|ኣዜብ", "Rahel/Rachel|ራሄል", "Hiwet/Hiwot|ሂወት",
    "Mihret/Mehret|ምሕረት", "Saba/Sabba|ሳባ", "Tigist/Tegest|ትግስት", "Almaz/Almas|ኣልማዝ", "Genet/Ghenet|ገነት",
    "Senait/Senayt|ሰናይት", "Abeba/Ababa|ኣበባ", "Meron/Miron|ሜሮን", "Feven/Fieven|ፌቨን", "Winta/Wintta|ዊንታ", "Helen/Hellen|ሄለን",
];
pub const FRENCH_MEN: &[&str] = &[
    "Mamadou/Mamadu|Mamadou", "Ibrahima/Ibrahim|Ibrahima", "Ousmane/Usman|Ousmane", "Moussa/Musa|Moussa",
    "Jean/Jan|Jean", "Abdoulaye/Abdulaye|Abdoulaye", "Cheikh/Sheikh|Cheikh", "Issa/Isa|Issa", "Boubacar/Bubakar|Boubacar",
    "Emmanuel/Emanuel|Emmanuel", "Jean-Pierre/Jean Pierre|Jean-Pierre", "Seydou/Seidou|Seydou", "Amadou/Amadu|Amadou",
    "Souleymane/Suleyman|Souleymane", "Patrice/Patrick|Patrice", "Dieudonné/Dieudonne|Dieudonné", "Lamine/Lamin|Lamine",
];
pub const FRENCH_WOMEN: &[&str] = &[
    "Aminata/Aminatta|Aminata", "Fatoumata/Fatumata|Fatoumata", "Mariama/Mariame|Mariama", "Aïssatou/Aissatou/Aisatu|Aïssatou",
    "Kadiatou/Kadijatu|Kadiatou", "Marie/Mary|Marie", "Chantal/Shantal|Chantal", "Espérance/Esperance|Espérance",
    "Bintou/Bintu|Bintou", "Oumou/Umu|Oumou", "Rokia/Rokiatou|Rokia", "Béatrice/Beatrice|Béatrice", "Assetou/Assetu|Assetou",
];
pub const FRENCH_FAMILIES: &[&str] = &[
    "Diallo/Jallow|Diallo", "Traoré/Traore|Traoré", "Bah/Ba|Bah", "Camara/Kamara|Camara", "Coulibaly/Kulibaly|Coulibaly",
    "Keita/Keïta|Keita", "Barry/Bari|Barry", "Sow/Sou|Sow", "Koné/Kone|Koné", "Cissé/Cisse/Ceesay|Cissé", "Touré/Toure/Turay|Touré",
    "Ouédraogo/Ouedraogo|Ouédraogo", "Sangaré/Sangare|Sangaré", "Kabongo|Kabongo", "Mukendi|Mukendi", "Ilunga|Ilunga",
    "Ndiaye/N'Diaye|Ndiaye", "Sylla/Silla|Sylla", "Condé/Conde|Condé", "Sidibé/Sidibe|Sidibé",
];
/// Places by culture: Latin spellings and their own script.
pub const PLACES: &[&[&str]] = &[
    &["Aleppo/Halab/Alep|حلب", "Damascus/Damas|دمشق", "Homs/Hims|حمص", "Idlib/Edlib|إدلب", "Daraa/Deraa|درعا", "Raqqa/Ar-Raqqah|الرقة",
      "Mosul/Al-Mawsil|الموصل", "Baghdad/Bagdad|بغداد", "Basra/Al-Basrah|البصرة", "Khartoum/Khartum|الخرطوم", "Omdurman|أم درمان", "Sanaa/Sana'a|صنعاء"],
    &["Kabul/Kaboul|کابل", "Herat/Harat|هرات", "Kandahar/Qandahar|کندهار", "Mazar-i-Sharif/Mazar e Sharif|مزار شریف", "Kunduz/Qunduz|کندز",
      "Jalalabad|جلال‌آباد", "Ghazni/Ghazna|غزنی", "Bamyan/Bamiyan|بامیان"],
    &["Kharkiv/Kharkov|Харків", "Mariupol|Маріуполь", "Kyiv/Kiev|Київ", "Odesa/Odessa|Одеса", "Donetsk|Донецьк", "Kherson|Херсон",
      "Zaporizhzhia/Zaporozhye|Запоріжжя", "Dnipro/Dnepr|Дніпро", "Mykolaiv/Nikolaev|Миколаїв"],
    &["Caracas|Caracas", "Maracaibo|Maracaibo", "Valencia|Valencia", "San Cristóbal/San Cristobal|San Cristóbal", "Barquisimeto|Barquisimeto",
      "Mérida/Merida|Mérida", "Ciudad Bolívar/Ciudad Bolivar|Ciudad Bolívar"],
    &["Mekelle/Mekele|መቀሌ", "Asmara/Asmera|ኣስመራ", "Adigrat|ዓዲግራት", "Axum/Aksum|ኣኽሱም", "Shire|ሽረ", "Gondar/Gonder|ጎንደር"],
    &["Conakry|Conakry", "Bamako|Bamako", "Dakar|Dakar", "Ouagadougou|Ouagadougou", "Goma|Goma", "Bukavu|Bukavu", "Labé/Labe|Labé"],
];
pub const NATIONALITIES: &[&[&str]] =
    &[&["SYR", "IRQ", "SDN", "YEM"], &["AFG", "IRN"], &["UKR"], &["VEN", "COL"], &["ERI", "ETH"], &["GIN", "MLI", "SEN", "BFA", "COD"]];
/// Consonants of invented Arabic and Persian family names: Latin spellings and the letter.
pub const ARABIC_CONSONANTS: &[&str] = &[
    "b|ب", "t|ت", "j/dj/g|ج", "h|ح", "kh/h|خ", "d|د", "r|ر", "z|ز", "s|س", "sh/ch|ش", "s|ص", "t|ط", "f|ف", "q/k/g|ق", "k|ك", "l|ل",
    "m|م", "n|ن", "gh/g|غ", "h|ه", "w|و", "th/t|ث", "dh/d|ض",
];
/// Beginnings and ends of invented Cyrillic family names.
pub const CYRILLIC_STEMS: &[&str] = &[
    "Bar|Бар", "Bil|Біл", "Vov/Wow|Вов", "Hor/Gor|Гор", "Dan|Дан", "Zab|Заб", "Kal|Кал", "Kom|Ком", "Kuch/Kutsch|Куч", "Lav/Law|Лав",
    "Mak|Мак", "Nes|Нес", "Osta|Оста", "Pan|Пан", "Ros|Рос", "Sam|Сам", "Tar|Тар", "Fed|Фед", "Khom/Hom|Хом", "Shul/Schul|Шул",
    "Yar/Jar|Яр", "Chor/Tschor|Чор",
];
pub const CYRILLIC_MIDDLES: &[&str] = &["a|а", "an|ан", "ov/ow|ов", "yl/il|ил", "ych/ytsch|ич", "ur|ур", "el|ел", "os|ос", "em|ем", "yk/ik|ик", "at|ат"];
pub const CYRILLIC_ENDS: &[&str] = &["enko/enco|енко", "uk/ouk|ук", "chuk/tschuk|чук", "sky/skyi/ski|ський", "ets/etz|ець", "iv/iw|ів", "yshyn/ishin|ишин"];
pub const LATIN_STEMS: &[&str] = &[
    "Ac", "Bal", "Bel", "Cal", "Car", "Cas", "Cor", "Del", "Es", "Fer", "Gal", "Gil", "Her", "Lar", "Lom", "Mal", "Mar", "Mon", "Nar",
    "Ol", "Pal", "Per", "Que", "Ri", "Sal", "San", "Tor", "Val", "Ver", "Vil", "Za",
];
pub const LATIN_MIDDLES: &[&str] = &["a", "ar", "ber", "ce", "de", "do", "er", "i", "la", "li", "man", "me", "no", "or", "ra", "re", "ta", "te", "ti", "ve"];
pub const LATIN_ENDS: &[&str] = &["bo", "da", "do", "ga", "les", "llo", "na", "nes", "no", "ra", "res", "ro", "rra", "sa", "ta", "to", "vas", "za"];
