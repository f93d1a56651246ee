package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A function of the user's own: a public class on the class path with a public constructor without
 * arguments, which implements {@code UnaryOperator<Tensor>}: u of any shape in, f(u) of the same
 * shape out, made of tensor operations so that it has a gradient. It is tried when the recipe is
 * read, on margins from -6 to 6: there it has to be finite and convex, and to fall at 0.
 */
@Name("java")
@Shorthand
@Doc("A function of your own: the name of a class that implements UnaryOperator<Tensor>")
public record JavaFunction(@Doc("The class, with its package; it is on the class path") String name)
    implements Convex {
  private static final int STEPS = 24; // to each side of 0
  private static final double STEP = 0.25;

  public JavaFunction {
    try (Scope scope = new Scope()) {
      check(name, values(name));
    }
  }

  @Override
  public Tensor of(Tensor u) {
    return load(name).apply(u);
  }

  @SuppressWarnings("unchecked") // a function of something else fails on the first tensor
  private static UnaryOperator<Tensor> load(String name) {
    try {
      ClassLoader around = Thread.currentThread().getContextClassLoader();
      Class<?> type = Class.forName(name, true, around);
      if (!UnaryOperator.class.isAssignableFrom(type)) {
        throw wrong(name, "it does not implement java.util.function.UnaryOperator<Tensor>");
      }
      return (UnaryOperator<Tensor>) type.getConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      throw wrong(name, "there is no such class on the class path");
    } catch (InvocationTargetException e) {
      throw wrong(name, "its constructor says: " + UserError.reason(e.getTargetException()));
    } catch (ReflectiveOperationException | LinkageError e) {
      throw wrong(name, "it needs to be public, with a public constructor without arguments");
    }
  }

  /** f on -6, -5.75 ... 6. */
  private static float[] values(String name) {
    UnaryOperator<Tensor> f = load(name);
    float[] margins = new float[2 * STEPS + 1];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = (float) margin(i);
    }
    Tensor u = torch.tensor(margins).to(ScalarType.Double);
    Tensor out;
    try {
      out = f.apply(u);
    } catch (RuntimeException e) {
      throw wrong(name, "on a tensor of margins it says: " + UserError.reason(e));
    }
    if (out == null || !Arrays.equals(Ops.shape(out), Ops.shape(u))) {
      throw wrong(name, "f(u) must have the shape of u");
    }
    return Ops.toFloats(out);
  }

  private static void check(String name, float[] f) {
    for (int i = 0; i < f.length; i++) {
      if (!Float.isFinite(f[i])) {
        throw wrong(name, "f(%s) is %s".formatted(margin(i), f[i]));
      }
    }
    if (f[STEPS + 1] >= f[STEPS - 1]) {
      throw wrong(name, "f must fall at 0, or the worse answer would be taught");
    }
    for (int i = 1; i + 1 < f.length; i++) {
      double bend = (double) f[i - 1] - 2 * (double) f[i] + f[i + 1];
      if (bend < -1e-5 * (1 + Math.abs(f[i]))) {
        throw wrong(name, "f is not convex: it bends down at " + margin(i));
      }
    }
  }

  private static double margin(int i) {
    return STEP * (i - STEPS);
  }

  private static UserError wrong(String name, String what) {
    return new UserError("f: java: %s: %s".formatted(name, what));
  }
}
