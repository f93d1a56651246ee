package dev.luthier.train;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Written;
import java.util.List;

/**
 * Two decay rates of running means.
 *
 * @param first b1, in [0, 1)
 * @param second b2, in [0, 1)
 */
@Doc("two numbers from 0 to below 1")
public record Betas(double first, double second) implements Written {
  public Betas {
    if (!(first >= 0 && first < 1 && second >= 0 && second < 1)) {
      throw new IllegalArgumentException("two numbers from 0 to below 1");
    }
  }

  public static Betas read(Object yaml) {
    if (yaml instanceof List<?> list
        && list.size() == 2
        && list.get(0) instanceof Number first
        && list.get(1) instanceof Number second) {
      return new Betas(first.doubleValue(), second.doubleValue());
    }
    throw new IllegalArgumentException("two numbers from 0 to below 1");
  }

  @Override
  public Object written() {
    return List.of(first, second);
  }
}
