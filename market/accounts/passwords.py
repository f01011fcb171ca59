"""What a password must be: long enough, and not among what guessers try first."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

LEAST_SCORE = 3  # of 4: more than 10^8 guesses
# Vows, numbers that sound like words, everyday names, firms and places: leaked in China, and unknown to the library.
COMMON_WORDS = (Path(__file__).parent / "common_words.txt").read_text(encoding="utf-8").split()
MOST_JUDGED = 64  # characters; the time that judging takes grows with the length


class LengthValidator(MinimumLengthValidator):
    """Django's, in the portal's own words."""

    def get_error_message(self) -> str:
        return _("密码至少需要 %(length)d 个字符。") % {"length": self.min_length}

    def get_help_text(self) -> str:
        return self.get_error_message()


class GuessableValidator:
    """Refuses leaked passwords and their usual changes (a season and a year, a keyboard's row), judged here."""

    def validate(self, password: str, user: Any = None) -> None:
        own = [settings.MARKET_NAME, *str(getattr(user, "email", "") or "").replace("@", ".").split(".")]
        known = [*COMMON_WORDS, *filter(None, own)]
        if zxcvbn(password[:MOST_JUDGED], user_inputs=known)["score"] < LEAST_SCORE:
            raise ValidationError(
                _("此密码容易被猜到，请换一个更少见的，例如几个不相关的词。"), code="password_guessable"
            )

    def get_help_text(self) -> str:
        return _("不要使用常见的词加年份、键盘上相邻的字母或泄露过的密码。")
