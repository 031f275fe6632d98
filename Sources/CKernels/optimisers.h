/* Steps of the optimisers, element by element. */

static void adam(float *weights, const float *gradient, float *m, float *v, ptrdiff_t count,
                 float beta1, float beta2, float stepSize, float epsilon) {
  float new1 = 1 - beta1, new2 = 1 - beta2;
  ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) {
    float g = gradient[i];
    float mean = beta1 * m[i] + new1 * g;
    float square = beta2 * v[i] + new2 * (g * g);
    m[i] = mean;
    v[i] = square;
    weights[i] -= stepSize * mean / (__builtin_elementwise_sqrt(square) + epsilon);
  }
}

static void sgd(float *weights, const float *gradient, float *velocity, ptrdiff_t count,
                float rate, float momentum, float decay, int nesterov) {
  if (nesterov) {
    ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) {
      float g = gradient[i] + decay * weights[i];
      float speed = momentum * velocity[i] + g;
      velocity[i] = speed;
      weights[i] -= rate * (g + momentum * speed);
    }
    return;
  }
  ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) {
    float speed = momentum * velocity[i] + (gradient[i] + decay * weights[i]);
    velocity[i] = speed;
    weights[i] -= rate * speed;
  }
}

static void softUpdate(const float *source, float *target, float rate, ptrdiff_t count) {
  ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) target[i] += rate * (source[i] - target[i]);
}
