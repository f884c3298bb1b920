# シートのどこが違うか（質問票エンジンのコードごと）。XLSFormの語はそのまま。ないことがあるものは「none」。
# ファイル。
form-problem-cannot-open = { $path } を開けません：{ $reason }
form-problem-unknown-format = { $name } はフォームではありません。.xlsx、.xls、.csv、.md のいずれかで保存してください。
form-problem-too-large = ファイルが { $most } バイトを超えています。フォームに要らないシート、画像、データを取り除いてください。
form-problem-unpacks-too-large = 展開するとファイルが { $most } バイトを超えます。フォームに要らないシート、画像、データを取り除いてください。
form-problem-too-many-cells = シート { $sheet }、{ $row } 行目：ファイルのセルが { $most } 個を超えています。データを別のCSVファイルに移してください。
form-problem-too-much-text = シート { $sheet }、{ $row } 行目：ファイルの文字が { $most } バイトを超えています。データを別のCSVファイルに移してください。
form-problem-long-cell = シート { $sheet }、{ $row } 行目：セルの文字が32,767字を超えています。短くしてください。
form-problem-damaged = ブックが壊れているか、パスワードで保護されています（{ $reason }）。表計算ソフトで開いて保存し直してください。
form-problem-not-text = { $line } 行目がUTF-8の文字ではありません。ファイルをUTF-8で保存してください。
form-problem-unreadable-line = { $line } 行目をカンマ区切りの値として読めません（{ $reason }）。
form-problem-no-table = ファイルに表がありません。フォームの最初のシートは survey で、type、name、label の列があります。
form-problem-public-key = 端末が送るものは秘密鍵を持つ人だけが読めます。届いたまま保管され、自動ではどのケースにも入らず、結果も出ず、リストの行も作りません。public_keyがなければ、フォームのページで暗号化を有効にでき、Watariが読みます。
form-problem-public-key-unreadable = これはRSAの公開鍵ではありません。BEGIN PUBLIC KEYとEND PUBLIC KEYの行の間にあるものを、その行を除いて書いてください。
form-problem-public-key-private = これは秘密鍵です。手元から出してはいけません。ここには公開鍵を書き、鍵の組を作り直してください。
form-problem-public-key-length = 鍵は { $bits } ビットです。2048から8192のものを作ってください。
# シートと列。
form-problem-no-survey = このシートがありません。フォームには type、name、label の列がある survey という名前のシートが必要です{ $similar ->
    [none] 。
   *[other] （{ $similar } があります）。
 }
form-problem-no-column = 列 { $column } がありません。1行目に加えてください。
form-problem-same-column = この列と列 { $column } は同じものの2つの名前です。どちらか1つにしてください。
form-problem-repeated-header = 同じ見出しの列が2つあります。片方の名前を変えるか、取り除いてください。
form-problem-unknown-media = { $media } という種類のメディアはありません。image、big-image、audio、video のいずれかを書いてください。
form-problem-too-many-rows = フォームが { $most } 行を超えています。データを別のCSVファイルに移すか、いくつかのフォームに分けてください。
form-problem-too-deep = グループの入れ子が { $most } 段を超えています。いくつか外してください。
form-problem-too-many-columns = シートが { $most } 列を超えています。フォームに要らない列を取り除いてください。
form-problem-too-many-wordings = 言語が { $languages }、文が { $texts } あり、フォームに入る数を超えています。言語を減らしてください。
# 行と名前。
form-problem-no-type = この行に型がありません。たとえば text、integer、note と書いてください。
form-problem-unknown-type = 「{ $name }」という型はありません。{ $hint ->
    [none] 使える型は xlsform.org にあります。
   *[other] { $hint } のことですか。使える型は xlsform.org にあります。
 }
form-problem-no-name = 名前がありません。household_size のように英字で始まる名前を付けてください。
form-problem-bad-name = 「{ $name }」は名前にできません。文字か下線で始め、文字、数字、下線、ハイフン、ピリオドを続けてください。
form-problem-unknown-name-prefix = 名前の接頭辞 { $prefix } が分かりません。取り除くか、settings シートの namespaces に { $prefix }="…" と書いてください。
form-problem-same-name = { $other ->
    [none] 同じところにフォームが自動で作る行が、すでに「{ $name }」という名前です。
   *[other] 同じところにある { $other } 行目が、すでに「{ $name }」という名前です。
 }どちらかを別の名前にしてください。
form-problem-meta-name = meta という名前はフォームのメタデータのものです。別の名前にしてください。
form-problem-repeat-named-like-form = 繰り返しの名前がフォームそのものの名前「{ $name }」と同じです。別の名前にしてください。
form-problem-same-repeat-name = { $other } 行目がすでに「{ $name }」という名前の繰り返しです。繰り返しにはどこにあっても違う名前が必要です。
form-problem-no-label = 読むものがありません。label、hint、メディアファイルのいずれかを書いてください。
form-problem-only-guidance = guidance_hint しかなく、表示されないことがあります。label か hint も書いてください。
form-problem-big-image-alone = big-image があるのに image がありません。image も書いてください。
form-problem-not-begun = begin_{ $container } のない end_{ $container } です。この行を取り除くか、上に begin_{ $container } を書いてください。
form-problem-wrong-end = この行は end_{ $end } ですが、{ $begun } 行目は begin_{ $open } です。先に end_{ $open } を書いてください。
form-problem-not-ended = この行の begin_{ $container } に終わりがありません。end_{ $container } の行を加えてください。
form-problem-loop-without-list = ループに選択肢リストがありません。begin_loop over の後に choices シートのリストを書いてください。
form-problem-repeat-in-loop = 繰り返し「{ $name }」がループの中にあり、同じ名前の繰り返しがいくつもできてしまいます。ループをグループに書き直してください。
form-problem-bad-loop-name = ループはこのリストの選択肢ごとにグループを作りますが、「{ $name }」はグループの名前にできません。英字、数字、下線で書いてください。
form-problem-no-calculation = 計算するものがありません。calculation の列に式を書いてください。
# 選択肢。
form-problem-no-list = 型に選択肢リストがありません。たとえば { $command } towns と書いてください（towns は choices シートのリスト）。
form-problem-unknown-list = 選択肢リスト「{ $name }」がシート { $sheet } にありません。list_name、name、label の列で加えるか、名前を直してください{ $similar ->
    [none] 。
   *[other] （{ $similar } があります）。
 }
form-problem-space-in-choice = リスト { $list } の選択肢「{ $choice }」の名前に空白があります。空白は select_multiple の回答の区切りです。代わりに下線を書いてください。
form-problem-bad-file = { $command } には .csv、.xml、.geojson で終わるファイルが必要です。「{ $file }」は使えません。
form-problem-filter-with-other = choice_filter は or_other と一緒に使えません。other という選択肢と、そのための質問を加えてください。
form-problem-filter-in-table = choice_filter は表示形式 table-list のグループでは使えません。どちらかを取り除いてください。
form-problem-lists-in-table = 表示形式 table-list のグループの選択の質問は、同じ選択肢リストを使います。ここは「{ $here }」、上は「{ $above }」です。
form-problem-other-without-choices = or_other には choices シートの選択肢が必要です。
form-problem-search-with-file = search() は選択肢を自分のファイルから読みますが、型にもファイルがあります。select_one と選択肢リストを使うか、search() を取り除いてください。
form-problem-search-shares-list = search() は選択肢リスト「{ $list }」を独り占めしますが、search() なしで使う質問があります：{ $others }。その質問には別のリストを使ってください。
form-problem-choice-without-name = 選択肢に名前がありません。名前を付けてください。
form-problem-same-choice = このリストの { $other } 行目に、すでに選択肢「{ $name }」があります。片方の名前を変えるか、settings シートの allow_choice_duplicates に yes と書いてください。
# パラメータ。
form-problem-bad-parameters = パラメータを読めません。start=0 end=10 のように、key=value の組を空白で区切って書いてください。
form-problem-unknown-parameter = パラメータ { $unknown } はありません。{ $known ->
    [none] この型にパラメータはありません。
   *[other] ここで書けるもの：{ $known }。
 }
form-problem-bad-parameter = パラメータ { $parameter } が「{ $found }」になっています。{ $wanted }を書いてください。
form-problem-number = 数
form-problem-whole-number = 整数
form-problem-number-other-than-zero = 0以外の数
form-problem-metres = メートルの数
form-problem-seconds = 秒数
form-problem-seconds-at-least = { $parameter } 以上の秒数
form-problem-number-or-reference = 数、または質問への参照
form-problem-one-of = 次のどれか（{ $values }）
form-problem-column-or-property = 列かプロパティの名前
form-problem-list-of-choices = choices シートのリストの名前
form-problem-list-of-numbers = 選択肢がすべて範囲の中の数であるリストの名前（リスト { $list } の選択肢「{ $choice }」は違います）
form-problem-package = Androidパッケージの名前（たとえば org.example.camera）
form-problem-seed-without-randomize = パラメータ seed は randomize=true と一緒でなければ働きません。
form-problem-part-of-location = 位置を記録する audit には location-priority、location-min-interval、location-max-age の3つが必要です。
form-problem-audit-name = audit の名前はいつも audit です。名前は空にしてください。
form-problem-larger-than-range = パラメータ { $parameter } は { $start } から { $end } までの範囲より大きくできません。
form-problem-no-multiple = パラメータ { $parameter } は刻み { $step } の倍数でなければなりません。
form-problem-outside-range = { $what }が範囲の外にあります。{ $start } から { $end } までの数を書いてください。
form-problem-parameter-outside = パラメータ { $parameter }（{ $value }）
form-problem-choice-outside = リスト { $list } の選択肢「{ $choice }」
form-problem-ticks-with-appearance = 目盛りと初期表示には、表示形式 vertical か no-ticks、または表示形式なしが必要です。ここは「{ $appearance }」です。
form-problem-no-ticks-labels = 表示形式 no-ticks では、選択肢リスト「{ $list }」に入れられるのは範囲の始めと終わりだけです。
form-problem-no-geometry = 「{ $name }」には選べる場所がありません。選択肢リスト、エンティティのリスト、拡張子なしの添付ファイル名、または ${"{"}name{"}"} の形で繰り返しを書いてください。
# 参照と式。
form-problem-bad-reference = 参照は ${"{"}name{"}"} と書き、括弧の間には質問の名前だけを入れます。
form-problem-unknown-reference = survey シートに「{ $name }」という名前のものがありません。${"{"}{ $name }{"}"} の名前を直してください。
form-problem-ambiguous-reference = survey シートに「{ $name }」という名前の行がいくつもあります。参照される行には、ほかにない名前を付けてください。
form-problem-bad-expression = 式を読めません：{ $reason }。
form-problem-unclosed = { $character } 文字目の引用符が閉じていません
form-problem-variable = { $character } 文字目が $ ですが、フォームに変数はありません。質問の名前を書いてください
form-problem-ends-early = まだ何か必要なところで終わっています
form-problem-unexpected = { $character } 文字目の「{ $rest }」はそこに書けません
form-problem-nests-deep = 入れ子が { $levels } 段を超えているか、演算子が { $operators } 個を超えて続いています。一部を別の質問で計算してください
form-problem-not-in-pairs = { $function }() の引数が { $count } 個ありますが、2個ずつの組で書きます
form-problem-no-arguments = { $function }() の引数が { $count } 個ありますが、引数はとりません
form-problem-too-few-arguments = { $function }() の引数が { $count } 個ですが、{ $least } 個以上必要です
form-problem-other-arguments = { $function }() の引数が { $count } 個ですが、{ $least } 個にします
form-problem-arguments-outside = { $function }() の引数が { $count } 個ですが、{ $least } 個から { $most } 個にします
form-problem-bad-pattern = 「{ $pattern }」は正規表現ではありません（{ $reason }）
form-problem-unknown-function = { $function }() という関数はありません。名前を直してください。
form-problem-reference-to-file = 「{ $name }」はファイルで、回答がありません。質問を参照してください。
form-problem-bad-triggers = いくつかのトリガーは ${"{"}a{"}"}, ${"{"}b{"}"} のようにカンマで区切ります。
form-problem-no-trigger = トリガーには ${"{"}age{"}"} のように質問を書きます。
form-problem-hidden-trigger = 「{ $name }」には誰も回答しないので、何のきっかけにもなりません。表示される質問を書いてください。
form-problem-geopoint-without-trigger = background-geopoint にはトリガー（trigger）が必要です。回答したときに位置を記録する質問を書いてください。
form-problem-geopoint-with-calculation = background-geopoint は何も計算しません。calculation の列を空にしてください。
form-problem-same-instance = 2つのファイルがどちらも「{ $name }」という名前になります：{ $one } と { $other }。片方の名前を変えてください。
form-problem-key-without-instance-id = public_key にはインスタンスIDが必要です。omit_instanceID を取り除いてください。
# エンティティ。
form-problem-no-entities = save_to には、何を保存するかを書いた entities シートが必要です。
form-problem-same-property = { $other } 行目がすでに「{ $property }」に保存しています。どちらかを変えてください。
form-problem-save-to-group = グループと繰り返しは保存できません。save_to を質問に移してください。
form-problem-unknown-entity-list = エンティティのリスト「{ $list }」が entities シートにありません。# の前の名前を直すか、リストを加えてください。
form-problem-save-to-without-list = エンティティのリストがいくつもあります。people#age のように list#property と書いてください。
form-problem-save-to-hashes = # が2つ以上あります。list#property と書いてください。
form-problem-reserved-property = 「{ $property }」はエンティティそのもののものです。name と label 以外のプロパティ名にしてください。
form-problem-reserved-prefix = 下線2つで始まる名前はシステムのものです。別の名前にしてください。
form-problem-dot-in-list = エンティティのリストの名前にピリオドは使えません。代わりに下線を書いてください。
form-problem-entity-list-without-name = エンティティのリストに名前がありません。list_name の列に書いてください。
form-problem-same-entity-list = { $other } 行目にすでにこのエンティティのリストがあります。リストは1回ずつ書いてください。
form-problem-unknown-entity-column = このシートに「{ $column }」という列はありません。使えるのは list_name、label、entity_id、create_if、update_if です。
form-problem-entity-without-label = 新しく作るエンティティには label が必要です。label の列に式を書いてください。
form-problem-upsert-without-condition = create_if と entity_id の両方があるときは update_if も必要です。書き加えるか、entity_id を取り除いてください。
form-problem-update-without-id = update_if には、どのエンティティかを示す entity_id が必要です。書き加えるか、create_if を使ってください。
form-problem-entity-scopes = エンティティのリスト { $list } のもとが { $one ->
    [none] フォームそのもの
   *[other] { $one }
 } と { $other ->
    [none] フォームそのもの
   *[other] { $other }
 } にあり、一方がもう一方の中にありません。calculate で回答を移してください。
form-problem-no-room-for-entity = グループや繰り返しに入るエンティティは1つずつです。{ $scope ->
    [none] フォームそのもの
   *[other] { $scope }
 } には { $other } 行目のものがすでに入っています。質問をそれぞれ別のグループに入れてください。
# フォーム全体。
form-problem-circle = 互いに依存して輪になっています：{ $names }。参照を1つ外してください。
form-problem-unreadable-xml = フォームのXMLを読めません：{ $reason }
form-problem-missing-part = フォームに { $part } がありません。これはXFormですか。
form-problem-unreadable-expression = XFormの { $row } 行目、{ $place }：式を読めません：{ $error }。
form-problem-unknown-function-at = XFormの { $row } 行目、{ $place }：{ $function }() という関数はありません。名前を直してください。
form-problem-unknown-path = XFormの { $row } 行目、{ $place }：フォームに「{ $path }」がありません。パスを直してください。
form-problem-twice = XFormの { $row } 行目：「{ $name }」が2回あります。それぞれに名前を付けてください。
form-problem-not-allowed = XFormの { $row } 行目、{ $place }：ここに「{ $value }」は書けません。
form-problem-unreadable-instance = フォームに必要なファイルを読めません：{ $reason }
# 意図と違うかもしれないところ。
form-problem-similar-sheet = このシートはありませんが、よく似た名前のものがあります：{ $similar }。名前を直すか、別のものなら名前の前に下線を付けてください。
form-problem-no-header = この列には見出しのない値があります。1行目に見出しを付けてください。
form-problem-unknown-column = この列はXLSFormのものではありません。中身は使われません。
form-problem-bad-attribute = 「{ $name }」はフォームの属性の名前にできないため、除かれます。文字、数字、下線、ハイフン、ピリオドで書いてください。
form-problem-unknown-prefix = 接頭辞 { $prefix } が分からないため、属性は除かれます。settings シートの namespaces に { $prefix }="…" と書いてください。
form-problem-bad-choice-column = choices シートからフォームに入る列には、空白のない名前が必要です。この列は除かれます。
form-problem-two-form-ids = form_id と id_string は同じものの2つの名前です。form_id が使われます。
form-problem-empty-row = この行には型も名前も label もありません。除かれます。
form-problem-disabled = disabled の列はもうXLSFormにありません。代わりに relevant を使ってください。
form-problem-old-metadata = { $name } が使えるのは、古い電話の古い版のODK Collectだけです。
form-problem-same-name-but = { $other ->
    [none] 名前「{ $name }」は、フォームが自動で作る行の名前と大文字・小文字しか違いません。
   *[other] 名前「{ $name }」は、{ $other } 行目の名前と大文字・小文字しか違いません。
 }区別しない分析ソフトがあります。
form-problem-idle-trigger = 「{ $name }」には誰も回答しないので、何のきっかけにもなりません。
form-problem-others-function = { $function }() はODKの関数ではありません。この関数を知っているソフトでしかフォームを使えません。
form-problem-repeat-without-label = 繰り返しに label がありません。
form-problem-choice-without-label = 選択肢に label がありません。
form-problem-external-without-filter = select_one_external は choice_filter のある選択の質問のためのものです。
form-problem-no-max-pixels = パラメータ max-pixels（たとえば max-pixels=1024）を書くと、写真が小さくなり、送信が速くなります。
form-problem-untranslated = 言語「{ $language }」に { $columns } の列がありません。
form-problem-other-untranslated = or_other が加える選択肢と質問は1つの言語だけです。いくつもの言語のフォームでは自分で書いてください。
form-problem-language-code = 言語「{ $language }」に言語コードがありません。たとえば French (fr) と書いてください。
form-problem-unsupported-setting = 設定「{ $setting }」は使えないため、除かれます。
# The results sheet.
form-problem-result-without-question = この行には質問の名前がありません。どの質問の答えかを書いてください。
form-problem-unknown-question = survey シートに「{ $name }」という名前のものはありません。質問の名前を書いてください{ $similar ->
    [none] 。
   *[other] （{ $similar } があります）。
 }
form-problem-not-a-question = 「{ $name }」には自分の答えがありません。質問の名前を書いてください。
form-problem-no-condition = 条件がありません。式を書いてください。例：. = 'yes'。
form-problem-list-of-the-house = リスト { $list } は Watari が自分で作ります。エンティティのリストには別の名前を付けてください。
form-problem-no-code = { $found } はコードではありません。次のいずれかを書いてください：{ $known }
form-problem-no-weight = 重みは 1、2、3 のいずれかです（軽い、深刻な、極めて深刻な兆候）。
form-problem-unknown-results-column = この列は知られていません。question、when、need、weight、risk があります。
form-problem-rows-not-utf8 = ファイルが UTF-8 のテキストではありません。CSV UTF-8 として保存してください。
form-problem-rows-unreadable = CSV として読めません：{ $reason }
form-problem-row-length = この行のセルは { $cells } 個、最初の行は { $columns } 個です。同じ数にしてください。
form-problem-row-twice = この ID は前の行にもあります。どちらか一つだけにしてください。
form-problem-rows-too-many = ファイルの行数が { $most } を超えています。分割してください。
form-problem-rows-unknown-property = リストにこのプロパティはありません。リストのページで追加するか、列を取り除いてください。
form-problem-rows-column-twice = この列は二度あります。一つだけにしてください。
form-problem-rows-no-label-column = 列 label がありません。各行の呼び名を示す列です。
form-problem-row-bad-id = ID がランダムな UUID（バージョン4）ではありません。セルを空にしてください。
form-problem-row-bad-version = バージョンが数字ではありません。セルを空にしてください。
form-problem-row-no-label = この行にはラベルが必要です。
form-problem-row-id-taken = この ID は使えません。セルを空にしてください。
form-problem-row-changed = その後変更され、現在はバージョン { $version } です。リストをもう一度ダウンロードしてください。
