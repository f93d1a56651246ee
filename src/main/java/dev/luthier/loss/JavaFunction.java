package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.user.UserClass;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A function of the user's own: a public class with a public constructor without arguments, which
 * implements {@code UnaryOperator<Tensor>}: u of any shape in, f(u) of the same shape out, made of
 * tensor operations so that it has a gradient. It is made anew for every step. It is tried when the
 * recipe is read, on margins from -6 to 6: there it has to be finite and convex, and to fall at 0.
 */
@Name("java")
@Shorthand
@Doc("A function of your own: the name of a class that implements UnaryOperator<Tensor>")
public record JavaFunction(
    @Doc("The class, with its package") String name,
    @Doc(
            "The jar or folder of classes that it is in; unset: the program's class path, to which"
                + " LUTHIER_CLASSPATH adds")
        Optional<Path> jar)
    implements Convex {
  private static final int STEPS = 24; // to each side of 0
  private static final double STEP = 0.25;

  public JavaFunction {
    UserClass type = type(name, jar);
    try (Scope scope = new Scope()) {
      check(type, values(type));
    }
  }

  /** On the program's class path. */
  public JavaFunction(String name) {
    this(name, Optional.empty());
  }

  @Override
  public Tensor of(Tensor u) {
    return function(type(name, jar)).apply(u);
  }

  private static UserClass type(String name, Optional<Path> jar) {
    return new UserClass("f: java", name, jar);
  }

  @SuppressWarnings("unchecked") // a function of something else fails on the first tensor
  private static UnaryOperator<Tensor> function(UserClass type) {
    return type.make(UnaryOperator.class, "java.util.function.UnaryOperator<Tensor>");
  }

  /** f on -6, -5.75 ... 6. */
  private static float[] values(UserClass type) {
    UnaryOperator<Tensor> f = function(type);
    float[] margins = new float[2 * STEPS + 1];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = (float) margin(i);
    }
    Tensor u = torch.tensor(margins).to(ScalarType.Double);
    Tensor out;
    try {
      out = f.apply(u);
    } catch (LinkageError e) {
      throw type.unlinked(e);
    } catch (RuntimeException e) {
      throw type.wrong("on a tensor of margins it says: " + UserError.reason(e));
    }
    if (out == null || !Arrays.equals(Ops.shape(out), Ops.shape(u))) {
      throw type.wrong("f(u) must have the shape of u");
    }
    return Ops.toFloats(out);
  }

  private static void check(UserClass type, float[] f) {
    for (int i = 0; i < f.length; i++) {
      if (!Float.isFinite(f[i])) {
        throw type.wrong("f(%s) is %s".formatted(margin(i), f[i]));
      }
    }
    if (f[STEPS + 1] >= f[STEPS - 1]) {
      throw type.wrong("f must fall at 0, or the worse answer would be taught");
    }
    for (int i = 1; i + 1 < f.length; i++) {
      double bend = (double) f[i - 1] - 2 * (double) f[i] + f[i + 1];
      if (bend < -1e-5 * (1 + Math.abs(f[i]))) {
        throw type.wrong("f is not convex: it bends down at " + margin(i));
      }
    }
  }

  private static double margin(int i) {
    return STEP * (i - STEPS);
  }
}
