/**
 * What people say about answers, kept: answers with their prompts, versions and log-probabilities,
 * feedback in five forms, decisions with their history; and the training rows made of them. SQLite
 * by default, PostgreSQL by a JDBC URL.
 */
@NullMarked
package dev.luthier.feedback;

import org.jspecify.annotations.NullMarked;
