/* The kernels of one path, in the order they build on each other, and its table. Included by each
   path-*.c after it has said which processor it is for; it is therefore not guarded. */
#include "paths.h"

#pragma clang fp contract(off)
/* A build that does not vectorise (sanitizers, debug) is slower and just as right. */
#pragma clang diagnostic ignored "-Wpass-failed"

#include "lanes.h"
#include "grid.h"
#include "matmul.h"
#include "matmul-swapped.h"
#include "matmul-transposed.h"
#include "winograd.h"
#include "winograd-gradients.h"
#include "depthwise.h"
#include "depthwise-gradients.h"
#include "elementwise.h"
#include "quantisation.h"
#include "column-sums.h"
#include "normalisation.h"
#include "optimisers.h"
#include "multiply-add-chains.h"

const EspalierPath ESPALIER_PATH = {
    .name = ESPALIER_PATH_NAME,
    .matmulPacked = matmulPacked,
    .matmulTransposed = matmulTransposed,
    .matmulDense = matmulDense,
    .matmulSwapped = matmulSwapped,
    .matmulTransposedDense = matmulTransposedDense,
    .pack = packPanels,
    .depthwise = depthwise,
    .depthwiseInputGradient = depthwiseInputGradient,
    .depthwiseWeightGradient = depthwiseWeightGradient,
    .winogradInput = winogradInput,
    .winogradProducts = winogradProducts,
    .winogradOutput = winogradOutput,
    .winogradWeights = winogradWeights,
    .winogradOutputGradient = winogradOutputGradient,
    .winogradGradientProducts = winogradGradientProducts,
    .winogradWeightGradient = winogradWeightGradient,
    .add = add,
    .accumulate = accumulate,
    .scaleAccumulate = scaleAccumulate,
    .clamp = clamp,
    .clampGradient = clampGradient,
    .quantize = quantize,
    .quantizeGradient = quantizeGradient,
    .affineClamp = affineClamp,
    .maskedMoments = maskedMoments,
    .maskedAffine = maskedAffine,
    .columnSums = columnSums,
    .adam = adam,
    .sgd = sgd,
    .softUpdate = softUpdate,
    .multiplyAddChains = multiplyAddChains,
};
