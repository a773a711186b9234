/* checksum.h - which network it is: a SHA-256 of what a graph computes.
 *
 * It covers the operators with their attributes, the names of all that they read and write, inputs
 * and outputs, opsets and weights; not the metadata, the card, the names of nodes or the program
 * that wrote the file. So it outlives a file that is written again. */
#ifndef NN_CHECKSUM_H
#define NN_CHECKSUM_H

#include "base/digest.h"
#include "nn/graph.h"

void hear_graph_sha256(const hear_graph *g, char text[HEAR_DIGEST_TEXT]);
#endif
