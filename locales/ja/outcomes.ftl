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
