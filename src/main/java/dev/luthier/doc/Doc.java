package dev.luthier.doc;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a recipe key, or a record that a recipe fills, means. {@code docs/recipes.md} is generated
 * from it, and the error for a missing key quotes it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.TYPE})
public @interface Doc {
  /** One sentence without a full stop. */
  String value();

  /** What other tools call the same thing; whoever writes that name is pointed to this key. */
  String[] elsewhere() default {};
}
