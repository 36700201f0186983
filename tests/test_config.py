"""The settings: every mistake found by its path, in one go."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import known_keys, load_settings
from bot.core.errors import ConfigurationError

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes_in(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(written(tmp_path, text))
    return str(caught.value).splitlines()


def test_with_no_configuration_the_defaults_hold_and_samples_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.shows_samples
    assert (settings.web.port, settings.storage.url) == (8000, "sqlite:///tsudoi.db")
    assert settings.reminders.lead_times == (timedelta(days=7), timedelta(days=1), timedelta(hours=1))


def test_the_example_shows_every_key_and_is_valid(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    load_settings(EXAMPLE)
    uncommented = "\n".join(line.removeprefix("# ") for line in text.splitlines() if _is_setting(line))
    settings = load_settings(written(tmp_path, uncommented))
    assert settings.sources
    assert settings.rooms
    for key in known_keys():
        assert key.rpartition(".")[2] in text, f"config.example.toml does not show {key}"


def _is_setting(line: str) -> bool:
    code = line.removeprefix("# ")
    return code.startswith("[") or (" = " in code and code.split(" = ")[0].isidentifier())


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            "[reminders]\nleadtimes = []",
            "config.toml: reminders.leadtimes: unknown key; did you mean reminders.lead_times?",
        ),
        ("[discrod]\ntoken = 'x'", "config.toml: discrod: unknown key; did you mean discord?"),
        (
            "[reminders]\nlead_times = ['7d', 'tomorrow']",
            'config.toml: reminders.lead_times[1]: "tomorrow" is not a duration; write "7d", "1d" or "30m"',
        ),
        (
            "[community]\ntimezone = 'Asia/Tokio'",
            'config.toml: community.timezone: "Asia/Tokio" is not a time zone; write "Asia/Tokyo"',
        ),
        (
            "[[sources]]\nname = 'a'\nprefecture = 'tochig'",
            'config.toml: sources[0].prefecture: "tochig" is not a prefecture of connpass; did you mean "tochigi"?',
        ),
        (
            "[[rooms]]\nplatform = 'local'\nchannel = 'main'\ndigest = 'monday 9am'",
            'config.toml: rooms[0].digest: "monday 9am" is no day and time; write "mon 09:00", '
            'or "monthly 1 09:00" with a day from 1 to 28',
        ),
        (
            "[[sources]]\nname = 'utsunomiya'\ngroup = 'g'\n"
            "[[rooms]]\nplatform = 'local'\nchannel = 'main'\nannounce = ['utunomiya']",
            'config.toml: rooms[0].announce: there is no source "utunomiya"; did you mean "utsunomiya"?',
        ),
    ],
)
def test_a_mistake_is_named_by_its_path_with_what_to_write_instead(tmp_path: Path, text: str, mistake: str) -> None:
    assert mistakes_in(tmp_path, text) == [mistake]


def test_every_mistake_is_said_at_once(tmp_path: Path) -> None:
    assert len(mistakes_in(tmp_path, "[web]\nport = 'x'\nprot = 1\n[recognition]\nmin_confidence = 2.0")) == 3


def test_a_file_that_is_no_toml_or_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert "is not valid TOML" in mistakes_in(tmp_path, "[community")[0]
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_settings(tmp_path / "absent.toml")


def test_the_environment_wins_over_the_file_and_secrets_are_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TSUDOI_DISCORD__TOKEN", "from-the-environment")
    settings = load_settings(written(tmp_path, "[discord]\ntoken = 'from-the-file'\napi_url = 'http://127.0.0.1'"))
    assert settings.discord.token.get_secret_value() == "from-the-environment"
    assert settings.discord.api_url == "http://127.0.0.1"
    assert "from-the" not in repr(settings)


@pytest.mark.parametrize(
    "text",
    [
        "[discord]\ntoken = ['very-secret']",
        "[connpass]\napi_key = 4711",
        "discord = 'very-secret'",
        "storage = 'postgresql://tsudoi:very-secret@localhost/tsudoi'",
        "[connpass]\npoll_every = 'https://tsudoi:very-secret@connpass.example.test/'",
    ],
)
def test_a_secret_of_the_wrong_type_or_place_is_not_repeated_in_the_error(tmp_path: Path, text: str) -> None:
    (mistake,) = mistakes_in(tmp_path, text)
    assert mistake.startswith("config.toml: ")
    assert "very-secret" not in mistake
    assert "4711" not in mistake


@pytest.mark.parametrize(
    ("variable", "table"),
    [("TSUDOI_DISCORD", "TSUDOI_DISCORD"), ("TSUDOI_DISCORD__SHARD_IDS", "TSUDOI_DISCORD"), ("TSUDOI_ROOMS",) * 2],
)
def test_what_is_no_json_in_the_environment_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, table: str
) -> None:
    monkeypatch.setenv(variable, "very-secret")
    (mistake,) = mistakes_in(tmp_path, "")
    assert mistake.startswith(f"environment: {table}: ")
    assert "TSUDOI_DISCORD__TOKEN" in mistake
    assert "very-secret" not in mistake


def test_a_number_may_name_a_channel(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, "[[rooms]]\nplatform = 'discord'\nchannel = 123456789012345678"))
    assert settings.rooms[0].channel == "123456789012345678"


def test_a_source_takes_several_groups_and_words(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[[sources]]\nname = 'a'\ngroup = ['g', 'h']\ninclude = ['入門']\nexclude = ['採用', '求人']")
    (source,) = load_settings(file).sources
    assert (source.group, source.include, source.exclude) == ("g,h", ("入門",), ("採用", "求人"))
    file.write_text("[[sources]]\nname = 'a'\ngroup = ['g', 3]")
    with pytest.raises(ConfigurationError, match=r"sources\[0\]\.group"):
        load_settings(file)
