package dev.luthier.reward;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * How much of an answer repeats itself: 1 - different n-grams / n-grams, of words. 0 where no
 * n-gram comes twice, near 1 for a loop. As a price, give it a weight below 0 (Yeo et al. 2025,
 * https://arxiv.org/abs/2502.03373, section 4.3, pays for repeated n-grams).
 */
@Doc("The share of an answer's word n-grams that came before; give it a weight below 0")
public record Repetition(@Doc("How many words are compared") @Default("3") int n) implements Rule {
  public Repetition {
    Check.atLeast("repetition.n", 1, n);
  }

  @Override
  public Score of(Asked answer) {
    String[] words = answer.answered().said().strip().split("\\s+");
    int all = words.length - n + 1;
    if (all < 1) {
      return Score.of(0);
    }
    Set<String> different = new HashSet<>();
    for (int i = 0; i < all; i++) {
      different.add(String.join(" ", Arrays.copyOfRange(words, i, i + n)));
    }
    return Score.of(1 - (double) different.size() / all);
  }
}
