package dev.luthier.doc;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The component of a record whose own keys stand among the record's. Where it is a choice, the
 * names of its variants pick the record: {@code dpo: { beta: 0.1, max_length: 512 }} is a record
 * with a {@code Dpo} of that beta and a longest row of 512 tokens. Where it is a record, it is what
 * several records have in common.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Inline {}
