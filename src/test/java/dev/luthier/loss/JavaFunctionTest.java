package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.gradientIsThatOfDifferences;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Functions of the user, good and bad. */
class JavaFunctionTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** (1 - u)^4, smoother than the hinge. */
  public static final class Quartic implements UnaryOperator<Tensor> {
    @Override
    public Tensor apply(Tensor u) {
      return u.sub(Ops.scalar(1)).square().square();
    }
  }

  /** What teaches the worse answer. */
  public static final class Rising implements UnaryOperator<Tensor> {
    @Override
    public Tensor apply(Tensor u) {
      return u.exp();
    }
  }

  public static final class Bent implements UnaryOperator<Tensor> {
    @Override
    public Tensor apply(Tensor u) {
      return u.neg().sigmoid();
    }
  }

  public static final class Scalar implements UnaryOperator<Tensor> {
    @Override
    public Tensor apply(Tensor u) {
      return u.sum();
    }
  }

  public static final class Infinite implements UnaryOperator<Tensor> {
    @Override
    public Tensor apply(Tensor u) {
      return u.log();
    }
  }

  public static final class Broken implements UnaryOperator<Tensor> {
    public Broken() {
      throw new IllegalStateException("no licence");
    }

    @Override
    public Tensor apply(Tensor u) {
      return u;
    }
  }

  /** No function at all. */
  public static final class Other {}

  public record Arguments(int n) implements UnaryOperator<Tensor> {
    @Override
    public Tensor apply(Tensor u) {
      return u;
    }
  }

  private static String name(Class<?> type) {
    return type.getName();
  }

  @Test
  void aFunctionOfOnesOwn() {
    Convex f = new JavaFunction(name(Quartic.class));
    assertThat(f.of(doubles(3)).item_double()).isEqualTo(16); // 2^4
    gradientIsThatOfDifferences(f::of, -1, 0.5, 2);
  }

  private static void refused(Class<?> type, String why) {
    assertThatThrownBy(() -> new JavaFunction(name(type)))
        .isInstanceOf(UserError.class)
        .hasMessage("f: java: %s: %s".formatted(name(type), why));
  }

  @Test
  void whatIsWrongWithOthers() {
    refused(Rising.class, "f must fall at 0, or the worse answer would be taught");
    refused(Bent.class, "f is not convex: it bends down at -5.75");
    refused(Scalar.class, "f(u) must have the shape of u");
    refused(Infinite.class, "f(-6.0) is NaN");
    refused(Broken.class, "its constructor says: no licence");
    refused(Other.class, "it does not implement java.util.function.UnaryOperator<Tensor>");
    refused(Arguments.class, "it needs to be public, with a public constructor without arguments");
    assertThatThrownBy(() -> new JavaFunction("org.acme.Loss"))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "f: java: org.acme.Loss: there is no such class on the class path; write { name:"
                + " org.acme.Loss, jar: my.jar }, or set LUTHIER_CLASSPATH to its jar or folder");
  }
}
