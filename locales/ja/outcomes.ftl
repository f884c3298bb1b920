# どの種類のフォローアップにどのフォームか
follow-up-forms = フォローアップのフォーム
follow-up-forms-intro = フォローアップの種類ごとにフォームを決められます。フォローアップを行う人に示され、提出されるとフォローアップは完了になります。
follow-up-forms-hint = 何も選ばなければ、結果はフォームなしで書きます。
follow-up-form-hint = このフォームはフォローアップの一部です。提出するとフォローアップは完了になります。
follow-up-form-begin = フォームに記入する
follow-up-form-go-on = フォームの記入を続ける
follow-up-without-form = または、フォームを使わずに書く
field-follow-up-form = フォーム
field-follow-up-kind = フォローアップの種類
refused-follow-up-no-form = この種類のフォローアップにはフォームがないか、公開されていません。フォームを使わずに結果を書いてください。
finding-follow-up = 記されたフォローアップは、このケースに予定されていないか、送信者が完了にできるものではありません。

# ケース終結後の状況
purpose-contact = 終結後の連絡
consent-wording-contact = ケースが終結してから3か月後、6か月後、12か月後に、その後の様子をうかがうために連絡してもよいですか。断ることもできますし、いつでも考えを変えることができます。
close-ask-after = 後日、その後の状況を尋ねる
close-no-contact = 終結後の連絡について本人の同意がないため、何も予定されません。
close-ask-consent = 本人の決定を記録する
invalid-no-contact = 終結後の連絡について本人の同意がありません。
invalid-nobody-to-ask = この理由による終結の後は、誰にも尋ねません。予定のチェックを外してください。
refused-case-no-contact = 終結後の連絡について本人の同意がないか、取り消されました。

# 身元のない回答
permission-export-deidentified = 身元のない回答の書き出しは、あなたの役割に含まれていません。
documents-deidentified = 身元のない回答
deidentified = 身元のない回答
deidentified-intro = 統計のために：名前も番号も文章もない回答。
deidentified-open = 書き出されるもの
deidentified-holds = ファイルの中身
deidentified-holds-what = 統計に数えられることに同意した人について、記入されたフォームごとに一行。ケースの番号はこのファイルだけのものです。日付は月として、生年月日と年齢は年齢層として書き出されます。文章、ファイル、場所、繰り返す質問、長い数字、機微な回答は書き出されません。
deidentified-ages = 年齢層：
deidentified-nothing = このフォームには、身元なしで書き出せるものがありません。
deidentified-not = 守れないこと
deidentified-not-what = このファイルは匿名ではありません。性別・年齢・月が同じ人が少なければ、一行が一人を指すことがあります。誰かの回答の一部を知る人は、残りを見つけるかもしれません。必要な人にだけ、取り決めのうえで渡し、使い終えたら廃棄させてください。後で同意を取り消した人も、すでに書き出されたファイルには残ります。
refused-deidentified-delicate = このフォームの回答は機微なものです。身元なしのファイルとしては書き出されません。
