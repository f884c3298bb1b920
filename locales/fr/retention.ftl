retention-title = Conservation
retention-intro = La durée de conservation de ces personnes est écoulée : tous leurs dossiers sont clos, ou elles n’en ont jamais eu et rien n’a changé dans leur fiche depuis aussi longtemps. Effacez chacune, ou rouvrez le dossier s’il est encore nécessaire.
retention-empty = Personne n’est à effacer
retention-empty-hint = Les personnes apparaissent ici quand tous leurs dossiers sont clos et que la durée de conservation est écoulée.
retention-person = Personne
retention-number = Numéro
retention-since = À effacer depuis
retention-name-protected = Nom protégé
retention-erase = Effacer
retention-erase-person = Effacer { $name }
retention-next = Page suivante
retention-first = Retour au début
retention-done = La personne a été effacée. L’historique garde une mention sans données personnelles.
retention-erase-title = Effacer une personne
retention-erase-what = Ceci retire la personne de toutes les tables : noms, documents, contacts, consentements, liens, dossiers, notes, pièces jointes. Les sauvegardes faites désormais ne la contiennent plus non plus. C’est irréversible.
retention-erase-old-backups = Les sauvegardes faites avant aujourd’hui contiennent encore cette personne, tant que vous n’avez pas supprimé ces fichiers.
retention-cases = Dossiers
retention-open-cases = Dossiers ouverts
retention-erase-from = Fin de la conservation
retention-not-due = Le délai de cette personne n’est pas écoulé. Elle ne peut être effacée maintenant qu’à sa propre demande.
retention-merged = Cette fiche a été fusionnée avec une autre. Effacez l’autre fiche : celle-ci disparaîtra avec elle.
retention-open-warning = { $count ->
    [one] Un dossier est encore ouvert et serait effacé avec la personne.
   *[other] { $count } dossiers sont encore ouverts et seraient effacés avec la personne.
}
retention-on-request = La personne a demandé son effacement
retention-on-request-hint = Les dossiers ouverts et les délais n’y font alors pas obstacle.
retention-reason = Pourquoi l’effacer ?
retention-reason-hint = Cette phrase reste dans l’historique. N’écrivez aucun nom ni rien sur la personne.
retention-confirm = Tapez le numéro de la personne pour confirmer
retention-confirm-hint = Le numéro figure ci-dessus.
retention-erase-now = Effacer définitivement
field-on-request = à la demande de la personne
invalid-erase-confirm = Ce n’est pas le numéro de la personne.
refused-erase-open-case = Un dossier de cette personne est encore ouvert. Clôturez-le d’abord, ou indiquez que la personne a demandé son effacement.
refused-erase-not-due = La durée de conservation n’est pas écoulée. Seule la demande de la personne permet de l’effacer maintenant.
refused-erase-merged = Cette fiche a été fusionnée avec une autre. Effacez l’autre.
refused-erase-held = Une conservation légale pèse sur un dossier de cette personne : il peut servir de preuve. Un superviseur doit d’abord lever le signalement.
