"""How hiragana are spelled in Latin letters."""

# Traditional Hepburn, as charts for learners have it: there を, ゐ and ゑ keep the w that nobody pronounces any more.
_ROWS = {
    "あいうえお": "a i u e o",
    "かきくけこ": "ka ki ku ke ko",
    "さしすせそ": "sa shi su se so",
    "たちつてと": "ta chi tsu te to",
    "なにぬねの": "na ni nu ne no",
    "はひふへほ": "ha hi fu he ho",
    "まみむめも": "ma mi mu me mo",
    "やゆよ": "ya yu yo",
    "らりるれろ": "ra ri ru re ro",
    "わゐゑをん": "wa wi we wo n",
    "がぎぐげご": "ga gi gu ge go",
    "ざじずぜぞ": "za ji zu ze zo",
    "だぢづでど": "da ji zu de do",
    "ばびぶべぼ": "ba bi bu be bo",
    "ぱぴぷぺぽ": "pa pi pu pe po",
    "ゔ": "vu",
    "ぁぃぅぇぉ": "a i u e o",
    "ゃゅょ": "ya yu yo",
    "っゎ": "tsu wa",
}

ROMAJI = {
    kana: spelled for row, all_spelled in _ROWS.items() for kana, spelled in zip(row, all_spelled.split(), strict=True)
}


def romaji(kana: str) -> str:
    """Return a single hiragana in Latin letters, a small one as its full form; "" for anything else."""
    return ROMAJI.get(kana, "")
