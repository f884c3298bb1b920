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
