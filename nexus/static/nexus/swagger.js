// Swagger 2.0 knows no bearer tokens, only a header whose whole value is typed in. People paste the
// token as log-in gave it; the word that belongs before it is put there on the way out.
"use strict";
(function () {
  const intercept = swaggerUiConfig.requestInterceptor;
  swaggerUiConfig.requestInterceptor = function (request) {
    const given = (request.headers || {}).Authorization;
    if (given && !/^bearer\s/i.test(given)) {
      request.headers.Authorization = "Bearer " + given.trim();
    }
    return intercept(request);
  };
})();
