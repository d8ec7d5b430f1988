"""The tour: everything a chat window has to show, in one answer."""

import re
from typing import Final

from desktop_app.demo.question import Question
from desktop_app.demo.skills.reply import Reply

_TOUR: Final = r"""# A tour of what an answer can hold

A paragraph with **bold**, *italic*, ***both***, ~~struck out~~ and `inline code`. Here is a
[link to example.com](https://example.com/), and one by itself: <https://example.org/>.

## Lists

1. First, a numbered list
   - with a nested point
     - and one deeper still
2. Second, after the nested points

- [x] read the tour
- [ ] attach a picture
- [ ] ask what you said before

## A quotation

> The sky is the daily bread of the eyes.
>
> > A quotation in a quotation.

## Code

```python
from dataclasses import dataclass


@dataclass(frozen=True)
class Star:
    name: str
    magnitude: float

    def brighter_than(self, other: "Star") -> bool:
        return self.magnitude < other.magnitude  # smaller is brighter


print(Star("Pollux", 1.14).brighter_than(Star("Castor", 1.58)))
```

```javascript
const stars = [{ name: "Castor", magnitude: 1.58 }, { name: "Pollux", magnitude: 1.14 }];
console.log(stars.sort((a, b) => a.magnitude - b.magnitude)[0].name);
```

## A table

| Star    | Magnitude | Distance (ly) | Colour |
|:--------|----------:|--------------:|:------:|
| Castor  |      1.58 |            51 | white  |
| Pollux  |      1.14 |            34 | orange |
| Alhena  |      1.93 |           109 | white  |

## Mathematics

Inline, a distance is $d = \frac{1}{p}$; displayed, the root of a quadratic is

$$
x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}
$$

and $\sum_{k=1}^{n} k = \frac{n(n+1)}{2}$ closes the line.

## Other scripts

- 日本語: 双子座には二つの明るい星があります。
- 中文: 北河二和北河三是双子座最亮的两颗星。
- 한국어: 쌍둥이자리의 두 별.
- العربية: التوأمان، نجمان لامعان.
- Emoji: ✨ 🌟 👩‍🚀 🇯🇵 👍🏽

---

That was the tour."""


def tour(question: Question) -> Reply | None:
    """Show headings, emphasis, lists, code, a table, mathematics, scripts."""
    if not re.search(r"\b(tour|markdown|show me what you can)\b", question.words):
        return None
    return Reply(_TOUR, "the tour")
