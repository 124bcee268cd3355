"""The packaged vocabularies are OpenAI's, to the byte, and need nothing but the package."""

import hashlib
import importlib
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import tiktoken

from contextkit.exceptions import ContextkitError
from contextkit.tokens import vocabularies
from contextkit.tokens.vocabularies import (
    ENCODINGS,
    LONGEST_TOKEN,
    PATTERNS,
    PUBLISHED_SHA256,
    SPECIAL_TOKENS,
    load_encoding,
    pack,
    vocabulary_text,
)


@pytest.fixture
def unloaded() -> None:
    """Forget the encodings that are loaded already."""
    load_encoding.cache_clear()
    vocabularies._build.cache_clear()


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_packaged_vocabulary_is_the_published_file_to_the_byte(name: str) -> None:
    assert hashlib.sha256(vocabulary_text(name)).hexdigest() == PUBLISHED_SHA256[name]


@pytest.mark.parametrize("name", ENCODINGS)
def test_pattern_special_tokens_and_hash_are_those_of_tiktoken(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails when tiktoken publishes an encoding anew under the same name."""
    openai_public = importlib.import_module("tiktoken_ext.openai_public")
    hashes: list[str] = []

    def stub(_url: str, expected_hash: str) -> dict[bytes, int]:
        hashes.append(expected_hash)
        return {}

    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", stub)
    upstream = getattr(openai_public, name)()
    assert upstream["pat_str"] == PATTERNS[name]
    assert upstream["special_tokens"] == SPECIAL_TOKENS[name]
    assert hashes == [PUBLISHED_SHA256[name]]


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_packed_file_unpacks_to_what_the_package_carries(name: str) -> None:
    packaged = (Path(vocabularies.__file__).parent / "data" / f"{name}.bin").read_bytes()
    assert zlib.decompress(pack(vocabulary_text(name))) == zlib.decompress(packaged)


@pytest.mark.parametrize("name", ENCODINGS)
def test_no_token_is_longer_than_we_say(name: str) -> None:
    assert max(map(len, load_encoding(name).token_byte_values())) == LONGEST_TOKEN


@pytest.mark.parametrize("published", [b"IQ== 1\n", b"IQ== 1\nIg== 0\n", b"QUFB" * 100 + b" 0\n"])
def test_a_file_that_the_packed_form_cannot_hold_is_refused(published: bytes) -> None:
    with pytest.raises(ContextkitError, match="cannot pack"):
        pack(published)


def test_the_maintenance_command_writes_the_packed_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabularies, "_packed", lambda name: tmp_path / f"{name}.bin")
    (tmp_path / "x.tiktoken").write_bytes(b"IQ== 0\n")
    vocabularies._main(str(tmp_path / "x.tiktoken"), "x")
    assert (tmp_path / "x.bin").read_bytes() == pack(b"IQ== 0\n")


@pytest.mark.usefixtures("unloaded")
def test_loading_needs_no_network_and_no_cache_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("tiktoken went looking for the file")

    monkeypatch.setattr("tiktoken.load.read_file_cached", refuse)
    monkeypatch.setattr("socket.socket", refuse)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert load_encoding("cl100k_base").encode_ordinary("tiktoken is great!") == [
        83,
        1609,
        5963,
        374,
        2294,
        0,
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("unloaded")
def test_threads_that_load_at_once_get_one_encoding_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    build = tiktoken.Encoding

    def counted(name: str, **parts: Any) -> tiktoken.Encoding:
        built.append(name)
        return build(name, **parts)

    monkeypatch.setattr("tiktoken.Encoding", counted)
    with ThreadPoolExecutor(8) as threads:
        encodings = list(threads.map(load_encoding, ["cl100k_base"] * 8))
    assert len(set(map(id, encodings))) == 1
    assert built == ["cl100k_base"]


@pytest.mark.parametrize("name", ["p50k_base", "", "O200K_BASE"])
def test_an_encoding_that_is_not_packaged_is_an_error_that_names_those_that_are(name: str) -> None:
    for ask in (load_encoding, vocabulary_text):
        with pytest.raises(ContextkitError, match="o200k_base and cl100k_base"):
            ask(name)


def test_importing_the_counters_imports_no_heavy_package() -> None:
    code = (
        "import sys, contextkit.tokens.cutting, contextkit.tokens.seams\n"
        "print({'tiktoken', 'numpy', 'regex', 'tokenizers', 'toktok'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


def test_the_licence_of_the_vocabularies_lies_beside_them() -> None:
    notice = (Path(vocabularies.__file__).parent / "data" / "LICENSE-tiktoken").read_text()
    assert "MIT License" in notice
    assert "Copyright (c) 2022 OpenAI, Shantanu Jain" in notice
